/** What a person sees and does on the window's pages: by role and name, as a screen reader would say them. */
import { writeFileSync } from "node:fs";
import { eventually } from "./programs.mjs";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** Runs inside the page: the visible element of this role whose name is, or contains, `name`. */
function look(role, name, part, within) {
  const implied = {
    button: "button",
    link: "a[href]",
    textbox:
      "input:not([type]), input[type=text], input[type=email], input[type=password], input[type=search], textarea",
    heading: "h1, h2, h3, h4",
    checkbox: "input[type=checkbox]",
    radio: "input[type=radio]",
    dialog: "dialog[open]",
    listitem: "li",
    list: "ol, ul",
    region: "section[aria-label]",
    table: "table",
    rowheader: "th[scope=row]",
  };
  const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const byIds = (ids) =>
    (ids ?? "")
      .split(" ")
      .map((id) => document.getElementById(id)?.textContent ?? "")
      .join(" ");
  const nameOf = (element) =>
    plain(element.getAttribute("aria-label")) ||
    plain(byIds(element.getAttribute("aria-labelledby"))) ||
    plain([...(element.labels ?? [])].map((label) => label.textContent).join(" ")) ||
    plain(element.textContent) ||
    plain(element.getAttribute("placeholder")) ||
    plain(element.getAttribute("title"));
  const fits = (said) =>
    name === null || (part ? said.includes(name) : said === name || said === `${name}(optional)`);
  const selector = [`[role="${role}"]`, implied[role] && `:is(${implied[role]}):not([role])`]
    .filter(Boolean)
    .join(", ");
  // What is typed into keeps its label also where its role says more (a combobox, a search box).
  const all = role === "textbox" ? `${selector}, input[role]` : selector;
  const found = [...(within ?? document).querySelectorAll(all)].filter(
    (element) =>
      element.checkVisibility() && !element.closest("[aria-hidden=true], [inert]") && fits(nameOf(element)),
  );
  return found.at(0) ?? null;
}

/** Runs inside the page: everything that can be read. */
function read() {
  // biome-ignore lint/performance/useDomNodeTextContent: only what is shown counts
  return document.body.innerText;
}

export class Screen {
  constructor(browser) {
    this.browser = browser;
  }

  async #look(role, name, { part = false, within = null } = {}) {
    const found = await this.browser.execute(look, role, name, part, within);
    return found ? this.browser.$({ [ELEMENT]: found[ELEMENT] }) : null;
  }

  /** The element, as soon as it is there. */
  see(role, name, options = {}) {
    return eventually(
      `the ${role} “${name ?? "any"}” is shown`,
      () => this.#look(role, name, options),
      options.patience,
    );
  }

  async isThere(role, name, options = {}) {
    return (await this.#look(role, name, options)) !== null;
  }

  async gone(role, name, options = {}) {
    await eventually(
      `the ${role} “${name ?? "any"}” goes away`,
      async () => !(await this.isThere(role, name, options)),
      options.patience,
    );
  }

  /** Clicks it as soon as it is there and not greyed out. */
  async click(role, name, options = {}) {
    // A list may be drawn anew between the look and the click: then both are done again.
    await eventually(
      `the ${role} “${name}” can be clicked`,
      async () => {
        try {
          const found = await this.#look(role, name, options);
          if (found === null || (await found.getAttribute("aria-disabled")) === "true") {
            return false;
          }
          await found.click();
          return true;
        } catch {
          return false;
        }
      },
      options.patience,
    );
  }

  /** Replaces what stands in a text box. */
  async fill(label, text, options = {}) {
    const box = await this.see("textbox", label, options);
    await box.click();
    await this.browser.keys(["Control", "a"]);
    await box.addValue(text);
  }

  /** Waits until these words can be read anywhere. */
  async reads(words, patience) {
    await eventually(`“${words}” can be read`, async () => (await this.text()).includes(words), patience);
  }

  text() {
    return this.browser.execute(read);
  }

  async press(...keys) {
    await this.browser.keys(keys);
  }

  /** Keeps what the person saw last, for whoever looks into a failed story. */
  async keep(path) {
    await this.browser.saveScreenshot(`${path}.png`);
    writeFileSync(`${path}.txt`, await this.text());
  }
}
