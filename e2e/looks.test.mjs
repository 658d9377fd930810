/** Every screen in light and dark: pictures to look at, nothing cut off, nothing that a screen reader or weak eyes cannot use. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { writeBooks } from "./harness/books.mjs";
import { upToDate } from "./harness/office.mjs";
import { story } from "./harness/story.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = [
  [1280, 800],
  [1920, 1080],
];

/** Runs inside the page: what axe finds, one line each. */
function examine(settle) {
  // Cards and large buttons have a short spoken name on purpose; what else stands on them is read as their description.
  // Addresses live behind a hash, so every link below the fold looks like a skip link to axe.
  const rules = { "label-content-name-mismatch": { enabled: false }, "skip-link": { enabled: false } };
  window.axe
    .run(document, { resultTypes: ["violations"], rules })
    .then((result) =>
      settle(
        result.violations.flatMap(({ id, nodes }) =>
          nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`),
        ),
      ),
    );
}

/** Runs inside the page: waits until it was painted at this size; before that a picture shows what was there earlier. */
function paintedAt(wide, high, settle) {
  let left = 120;
  const look = () => {
    left -= 1;
    if (left === 0 || (window.innerWidth === wide && window.innerHeight === high)) {
      requestAnimationFrame(() => requestAnimationFrame(() => settle(null)));
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
}

for (const look of ["light", "dark"]) {
  story(`every screen can be read and used in ${look}`, async ({ person }) => {
    const eve = await person({ name: look, dark: look === "dark" });
    const books = writeBooks(join(eve.home, "books"));
    const desk = await eve.openDesk({
      CLOCHE_PICK_FILES: [books.paths.clients, books.paths.events].join("\n"),
    });
    const { screen, browser } = desk;
    const wrong = [];

    const lookAt = async (name) => {
      for (const [width, height] of SIZES) {
        await browser.setWindowSize(width, height);
        await browser.executeAsync(paintedAt, width, height);
        await desk.picture(`${name}-${look}-${width}`);
        const wide = await browser.execute(() => document.documentElement.scrollWidth - window.innerWidth);
        if (wide > 0) {
          wrong.push(`${name} at ${width}: ${wide} px are cut off at the right`);
        }
      }
      await browser.execute(AXE);
      const found = await browser.executeAsync(examine);
      wrong.push(...found.map((line) => `${name}: ${line}`));
    };

    await screen.see("heading", "Welcome to Cloche");
    const dark = await browser.execute(() => matchMedia("(prefers-color-scheme: dark)").matches);
    assert.equal(dark, look === "dark", "the window follows the system");
    await lookAt("first-run");
    await screen.click("button", "Use this computer");
    await screen.see("heading", "Use this computer");
    await lookAt("use-this-computer");
    await screen.click("button", "Back");
    await screen.click("button", "Connect to a server");
    await screen.see("heading", "Connect to a server");
    await lookAt("connect");
    await screen.click("button", "Back");

    await screen.click("button", "Explore with sample data");
    await screen.see("heading", "Events", { patience: 60_000 });
    await upToDate(screen);
    await screen.see("row", "Inquiry", { part: true });
    await lookAt("events");
    await screen.click("button", "Board");
    await screen.see("region", "Planning", { part: true });
    await lookAt("board");
    await screen.click("button", "Table");
    await screen.press("Control", "k");
    await (await screen.see("combobox", null, { part: true })).addValue("wedding");
    await screen.see("option", "Wedding", { part: true });
    await lookAt("palette");
    await screen.press("Enter");
    await screen.see("option", "Open");
    await screen.press("Enter");
    await screen.see("list", "Status");
    await lookAt("event");
    await screen.click("tab", "Activity");
    await lookAt("event-activity");
    await screen.click("button", "Edit");
    await screen.see("textbox", "Name", { part: true });
    await lookAt("event-edit");
    await screen.click("link", "Clients");
    await screen.see("row", "Weddings", { part: true });
    await lookAt("clients");
    await screen.click("row", "Hotel Okafor", { part: true });
    await screen.see("heading", "Hotel Okafor");
    await lookAt("client");
    await screen.click("link", "Import");
    await screen.see("button", "Choose a CSV file…");
    await lookAt("import");
    await screen.click("button", "Choose a CSV file…");
    await screen.see("button", "Try it out");
    await lookAt("import-columns");
    await screen.click("button", "Try it out");
    await screen.see("status", "Dry run");
    await lookAt("import-dry-run");
    await screen.click("link", "Devices & password");
    await screen.see("heading", "Devices", { part: true });
    await lookAt("settings");

    assert.ok(wrong.length === 0, wrong.join("\n"));
    await desk.close();
  });
}
