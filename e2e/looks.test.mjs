/** Every screen in light and dark: pictures to look at, nothing cut off, nothing that a screen reader or weak eyes cannot use. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { writeOffice } from "./harness/books.mjs";
import { onToday, upToDate } from "./harness/office.mjs";
import { eventually } from "./harness/programs.mjs";
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

async function visitTasks(screen, lookAt) {
  await screen.click("link", "Tasks", { part: true });
  for (const [tab, name] of [
    ["Mine", "tasks-mine"],
    ["All", "tasks-all"],
    ["Overdue", "tasks-overdue"],
    ["By event", "tasks-by-event"],
  ]) {
    await screen.click("tab", tab, { part: true });
    await eventually(
      `the tasks under “${tab}” are read`,
      async () => (await screen.isThere("grid", "Tasks")) || (await screen.text()).includes("Nothing "),
    );
    await lookAt(name);
  }
  await screen.press("t");
  await screen.see("dialog", "New task");
  await lookAt("task-new");
  await screen.press("Escape");
  await screen.gone("dialog", "New task");
}

async function visitEvents(screen, lookAt) {
  await screen.click("link", "Events");
  // What comes next is at the top.
  await screen.see("row", "Preparation", { part: true });
  await lookAt("events");
  await screen.click("button", "Board");
  await screen.see("region", "Planning", { part: true });
  await lookAt("board");
  await screen.click("button", "Table");
  await screen.press("Control", "k");
  const palette = await screen.see("dialog", "Find or do anything");
  await (await screen.see("combobox", null, { within: palette })).addValue("wedding");
  await screen.see("option", "Wedding", { part: true });
  await lookAt("palette");
  await screen.press("Enter");
  await screen.see("option", "Open");
  await screen.press("Enter");
  await screen.see("list", "Status");
  await lookAt("event");
  await screen.click("tab", "Tasks", { part: true });
  await screen.see("list", "Tasks: before the event");
  await lookAt("event-tasks");
  await screen.click("tab", "Staff & equipment", { part: true });
  await screen.see("list", "Staff");
  await lookAt("event-staff");
  await screen.click("button", "Assign");
  await screen.see("dialog", "Assign staff or equipment");
  await lookAt("event-assign");
  await screen.press("Escape");
  await screen.gone("dialog", "Assign staff or equipment");
  await screen.click("tab", "Activity");
  await screen.see("listitem", null, { within: await screen.see("tabpanel", "Activity") });
  await lookAt("event-activity");
  await screen.click("button", "More actions");
  await screen.click("menuitem", "Sheet to print");
  await screen.see("button", "Print", { part: true });
  await lookAt("event-sheet");
  await screen.click("button", "Back to the event");
  await screen.click("button", "Edit");
  await screen.see("textbox", "Name", { part: true });
  await lookAt("event-edit");
}

async function visitClients(screen, lookAt) {
  await screen.click("link", "Clients");
  await screen.see("row", "Weddings", { part: true });
  await lookAt("clients");
  await screen.click("row", "Hotel Okafor", { part: true });
  await screen.see("heading", "Hotel Okafor");
  await lookAt("client");
}

async function visitResources(screen, lookAt) {
  await screen.click("link", "Resources");
  await screen.see("grid", "Resources");
  await lookAt("resources");
  await screen.click("row", "Staff", { part: true });
  await screen.see("region", "Bookings as a list");
  await lookAt("resource-week");
  await screen.click("button", "Month");
  await screen.see("button", "Month before");
  await lookAt("resource-month");
  await screen.click("link", "Print a day");
  await screen.see("button", "The day after");
  await lookAt("person-day");
}

async function visitTeam(screen, lookAt) {
  await screen.click("link", "Team & permissions");
  await screen.see("tab", "Permissions");
  await screen.see("button", "Invite a colleague");
  await lookAt("team");
  await screen.click("tab", "Permissions");
  await screen.see("checkbox", "Manager may add tasks");
  await lookAt("team-permissions");
}

async function visitSettings(screen, lookAt) {
  await screen.click("link", "Settings");
  await screen.see("region", "On this computer");
  await lookAt("settings");
  await screen.click("link", "Account & devices");
  await screen.see("list", "Devices");
  await lookAt("settings-account");
  await screen.click("link", "Logs");
  await screen.see("region", "The last lines of the log");
  await lookAt("settings-logs");
  await screen.click("link", "About");
  await screen.click("button", "Show all licences");
  await screen.see("list", "Parts");
  await lookAt("settings-licences");
}

async function visitImport(screen, lookAt) {
  await screen.click("link", "Import & export");
  await screen.see("button", "Choose a folder…");
  await lookAt("import");
  await screen.click("button", "Choose a CSV file…");
  await screen.see("button", "Try it out");
  await lookAt("import-columns");
  await screen.click("button", "Another file");
  await screen.click("button", "Choose a folder…");
  await screen.see("table", "Files of the folder");
  await lookAt("import-folder");
  await screen.click("button", "Try it out");
  await screen.see("status", "Dry run", { patience: 60_000 });
  await lookAt("import-dry-run");
}

for (const look of ["light", "dark"]) {
  story(`every screen can be read and used in ${look}`, async ({ person }) => {
    const eve = await person({ name: look, dark: look === "dark" });
    const books = writeOffice(join(eve.home, "books"));
    const desk = await eve.openDesk({
      CLOCHE_PICK_FILES: [books.paths.clients, books.folder].join("\n"),
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
    await screen.click("button", "Set up a server");
    await screen.see("heading", "Set up a server");
    await lookAt("set-up-server");
    await screen.click("button", "Back");

    await screen.click("button", "Explore with sample data");
    await onToday(screen);
    await upToDate(screen);
    await lookAt("today");
    await visitTasks(screen, lookAt);
    await visitEvents(screen, lookAt);
    await visitClients(screen, lookAt);
    await visitResources(screen, lookAt);
    await visitTeam(screen, lookAt);
    await visitImport(screen, lookAt);
    await visitSettings(screen, lookAt);

    assert.ok(wrong.length === 0, wrong.join("\n"));
    await desk.close();
  });
}
