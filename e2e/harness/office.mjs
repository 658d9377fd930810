/** What people of an office do again and again, in the words of the screens. */
import assert from "node:assert/strict";
import { eventually } from "./programs.mjs";

export const ANA = {
  organization: "Cocina del Olivar",
  name: "Ana García",
  email: "ana@example.org",
  password: "olive branches at noon",
};

/** From the first screen to an office of one's own on this computer. */
export async function useThisComputer(screen, who = ANA) {
  await screen.click("button", "Use this computer");
  await screen.fill("Organization", who.organization);
  await screen.fill("Your name", who.name);
  await screen.fill("E-mail", who.email);
  await screen.fill("Password", who.password);
  await screen.click("button", "Set up");
  await onToday(screen);
}

/** From the first screen to a desk on somebody else's server. */
export async function connect(screen, { link, email, password }) {
  await screen.click("button", "Connect to a server");
  await screen.fill("Server link", link);
  await screen.click("button", "Connect");
  await screen.see("heading", "Sign in");
  await screen.fill("E-mail", email);
  await screen.fill("Password", password);
  await screen.click("button", "Sign in");
  await onToday(screen);
}

/** The screen that every day begins with; its heading is the date. */
export async function onToday(screen, patience = 60_000) {
  await eventually(
    "Today is shown",
    () => {
      const [weekday, day] = ["weekday", "day"].map((part) =>
        new Intl.DateTimeFormat("en", {
          timeZone: "Europe/Madrid",
          [part]: part === "day" ? "numeric" : "long",
        }).format(),
      );
      return screen.browser.execute(
        (words) => {
          const title = document.querySelector("h1")?.textContent ?? "";
          return words.every((word) => title.includes(word));
        },
        [weekday, day],
      );
    },
    patience,
  );
}

/** Waits until this desk shows what the server has. */
export async function upToDate(screen) {
  await screen.see("status", "Sync", { patience: 30_000 });
  await screen.reads("Up to date", 30_000);
}

/** Imports the next file that the file chooser gives, with the mapping that was guessed. */
export async function importBook(screen, result) {
  await screen.click("link", "Import & export");
  // The screen may still show the end of the import before.
  if (await screen.isThere("button", "Import another file")) {
    await screen.click("button", "Import another file");
  }
  await screen.click("button", "Choose a CSV file…");
  await screen.click("button", "Try it out");
  await screen.see("status", "Dry run");
  await screen.click("button", "Import all", { part: true });
  await screen.reads(result, 60_000);
}

/** Types `text` into a field that searches, and takes what it finds. */
export async function choose(screen, label, text) {
  await screen.fill(label, text);
  await screen.click("option", text, { part: true });
}

/** From the first screen into the office that invited: on with a password of one's own. */
export async function join(screen, { link, organization, password }) {
  await screen.click("button", "I have an invitation link");
  await screen.fill("Invitation link", link);
  await screen.click("button", "Connect");
  await screen.see("heading", `Join ${organization}`);
  await screen.fill("Password", password);
  await screen.click("button", "Join");
  await onToday(screen);
}

/** Opens the menu on a task's status. */
export async function taskMenu(screen, title) {
  await screen.click("button", `Status of ${title}:`, { part: true });
  await screen.see("menu", null);
}

/** Whether a task's status is shown so, also behind a form. */
export async function taskIs(screen, title, status) {
  await eventually(`“${title}” is ${status}`, () =>
    screen.browser.execute(
      (label) =>
        [...document.querySelectorAll("button")].some((one) => one.getAttribute("aria-label") === label),
      `Status of ${title}: ${status}`,
    ),
  );
}

/** Waits for what another desk has just confirmed; it must be here within a second. */
export async function withinASecond(what, arrive) {
  const confirmed = Date.now();
  await arrive();
  const lag = Date.now() - confirmed;
  assert.ok(lag < 1000, `${what} was here ${lag} ms later`);
}

/** Finds an event by its name with Ctrl-K alone and opens it. */
export async function openFromPalette(screen, name) {
  // Keys are heard once the screen is there.
  await screen.see("button", "Find or do anything");
  await screen.press("Control", "k");
  await screen.see("dialog", "Find or do anything");
  const box = await screen.see("combobox", null);
  await box.addValue(name);
  // Hits change while one types: Enter takes the one that is marked, so wait until that is the one meant.
  await eventually(`“${name}” is marked`, async () => (await marked(screen))?.includes(name));
  await screen.press("Enter");
  await eventually("“Open” is marked", async () => (await marked(screen)) === "Open");
  await screen.press("Enter");
  await screen.gone("dialog", "Find or do anything");
  await screen.see("heading", name);
}

function marked(screen) {
  return screen.browser.execute(
    () => document.querySelector("[role=option][aria-selected=true]")?.textContent,
  );
}

/** The step that the event's page marks as the present one; with `wanted`, as soon as it is that one. */
export async function statusOf(screen, wanted) {
  const step = () =>
    screen.browser.execute(() =>
      document.querySelector("[aria-label=Status] [aria-current=step]")?.textContent?.trim(),
    );
  return eventually(`the event’s status is ${wanted ?? "shown"}`, async () => {
    const now = await step();
    return wanted === undefined || now === wanted ? now : null;
  });
}

/** Takes back what the latest toast announces. */
export async function undoFromToast(screen) {
  await screen.click("button", "Undo", { part: true });
}
