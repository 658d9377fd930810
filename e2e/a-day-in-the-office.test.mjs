/** A day in the office: the books come in, tomorrow's wedding is planned, and a colleague works beside one. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { writeOffice } from "./harness/books.mjs";
import {
  choose,
  connect,
  join as joinOffice,
  openFromPalette,
  taskIs,
  taskMenu,
  undoFromToast,
  upToDate,
  withinASecond,
} from "./harness/office.mjs";
import { eventually } from "./harness/programs.mjs";
import { startServer } from "./harness/server.mjs";
import { story } from "./harness/story.mjs";

const LUCIA = { name: "Lucía Ferrer", email: "lucia@olivar.example", password: "olive branches at noon" };
const LINEN = "Press the linen";
const TABLES = "Set the tables";
const REASON = "The banquet's dessert is cold: Zoë walks over at nine";

story("a day in the office", async (scene) => {
  const server = await startServer(scene, { events: 0 });
  const [administrator] = server.people;
  const [left, right] = await Promise.all([scene.person({ name: "pilar" }), scene.person({ name: "lucia" })]);
  const books = writeOffice(join(left.home, "books"));
  const pilar = await left.openDesk({ CLOCHE_PICK_FILES: books.folder });
  await connect(pilar.screen, { link: server.link, ...administrator });
  await upToDate(pilar.screen);

  await bringTheBooks(pilar, books);
  await planTheTasks(pilar, books);
  const link = await invite(pilar, LUCIA);

  const lucia = await right.openDesk();
  await joinOffice(lucia.screen, { link, organization: "Olivar Catering", password: LUCIA.password });
  await upToDate(lucia.screen);
  await staffTheWedding(pilar, lucia, books);
  await workSideBySide(pilar, lucia);
  await archiveAndUndo(pilar, lucia, books);

  await lucia.close();
  const again = await right.openDesk();
  await openTab(again.screen, books.wedding, "Staff & equipment");
  await again.screen.reads(`Overlap accepted: ${REASON}`);
  await again.close();
  await pilar.close();
});

async function openTab(screen, event, tab) {
  await openFromPalette(screen, event);
  await screen.click("tab", tab, { part: true });
}

/** The whole folder in one step; what clashes is named and stays out. */
async function bringTheBooks(desk, books) {
  const { screen } = desk;
  await screen.click("link", "Import & export");
  await screen.click("button", "Choose a folder…");
  await screen.see("table", "Files of the folder");
  await screen.reads("readme.txt");
  await desk.picture("day-folder");
  await screen.click("button", "Try it out");
  await screen.see("status", "Dry run", { patience: 60_000 });
  await screen.click("rowheader", "assignments.csv", { part: true });
  await screen.click("button", `Clashes ${books.clashes}`);
  await screen.reads(`Zoë Nguyen is already booked: ${books.banquet}`);
  await screen.reads("Of Round tables, 15 would be needed and only 8 are free");
  const whole = await screen.see("button", "Import all");
  assert.equal(await whole.getAttribute("aria-disabled"), "true", "what clashes is not imported along");
  await desk.picture("day-dry-run");
  await screen.click("button", "Import only the valid", { part: true });
  const booked = books.bookings - books.clashes;
  const words = `${books.clients} clients, ${books.events} events, ${books.resources} resources, ${books.tasks} tasks and ${booked} bookings`;
  await screen.reads(words, 60_000);
  await desk.picture("day-imported");
  await screen.click("link", "Today");
  await screen.reads("Polish the silver");
  await desk.picture("day-today");
}

/** One thing after the other: what waits cannot start, and says for what it waits. */
async function planTheTasks(desk, { wedding }) {
  const { screen } = desk;
  await openTab(screen, wedding, "Tasks");
  await newTask(screen, LINEN);
  await newTask(screen, TABLES, LINEN);
  await taskMenu(screen, TABLES);
  const start = await screen.see("menuitem", "Start", { part: true });
  assert.equal(await start.getAttribute("aria-disabled"), "true", "it cannot start yet");
  assert.match(await start.getText(), new RegExp(`it waits for “${LINEN}”`));
  await desk.picture("day-start-refused");
  await screen.press("Escape");
  await screen.gone("menu", null);
  await taskMenu(screen, LINEN);
  await screen.click("menuitem", "Complete");
  await taskIs(screen, LINEN, "Completed");
  await taskMenu(screen, TABLES);
  await screen.click("menuitem", "Start");
  await taskIs(screen, TABLES, "In progress");
  await desk.picture("day-tasks");
}

async function newTask(screen, title, after) {
  await screen.click("button", "New task");
  await screen.see("dialog", "New task");
  await screen.fill("Title", title);
  if (after) {
    await choose(screen, "Waits for", after);
    await screen.see("button", `Remove ${after}`);
  }
  await screen.click("button", "Create task");
  await screen.gone("dialog", "New task");
  await taskIs(screen, title, "Pending");
}

/** Answers the link, which is shown once. */
async function invite(desk, { name, email }) {
  const { screen } = desk;
  await screen.click("link", "Team & permissions");
  await screen.click("button", "Invite a colleague");
  await screen.see("dialog", "Invite a colleague");
  await screen.fill("E-mail", email);
  await screen.fill("Name", name);
  await screen.click("combobox", "Role");
  await screen.click("option", "Manager");
  await screen.click("button", "Invite");
  const field = await screen.see("textbox", "Link");
  const link = await field.getProperty("value");
  assert.match(link, /^cloche:\/\/join\?/);
  await desk.picture("day-invitation");
  await screen.click("button", "Copy link");
  await screen.see("button", "Copied");
  await screen.click("button", "Done");
  await screen.gone("dialog", `Invitation for ${name}`);
  return link;
}

/** A free waiter is booked; a chef who is taken is refused to the manager, and booked by the administrator with a reason. */
async function staffTheWedding(pilar, lucia, { wedding, banquet }) {
  for (const { screen } of [pilar, lucia]) {
    await openTab(screen, wedding, "Staff & equipment");
  }
  await assign(lucia.screen, "Tomás Peña");
  await lucia.screen.reads("✓ Tomás Peña is free then.");
  await submit(lucia.screen);
  await lucia.screen.see("link", "Tomás Peña");
  await withinASecond("the waiter", () => pilar.screen.see("link", "Tomás Peña"));

  await assign(lucia.screen, "Zoë Nguyen");
  await namesTheClash(lucia.screen, banquet);
  await lucia.screen.reads("You may not");
  const refused = await lucia.screen.see("button", "Assign", { within: await dialog(lucia.screen) });
  assert.equal(await refused.getAttribute("aria-disabled"), "true", "a manager does not book over a clash");
  assert.ok(!(await lucia.screen.isThere("checkbox", "with a reason", { part: true })));
  await lucia.picture("day-override-refused");
  await lucia.screen.click("button", "Back");
  await lucia.screen.gone("dialog", null);

  await assign(pilar.screen, "Zoë Nguyen");
  await namesTheClash(pilar.screen, banquet);
  await pilar.screen.click("checkbox", "Assign all the same, with a reason");
  await pilar.screen.fill("Reason for the overlap", REASON);
  await pilar.picture("day-override");
  await submit(pilar.screen);
  await pilar.screen.reads(`Overlap accepted: ${REASON}`);
  await withinASecond("the reason", () => lucia.screen.reads(`Overlap accepted: ${REASON}`));
  await lucia.picture("day-staff");
}

const dialog = (screen) => screen.see("dialog", "Assign staff or equipment");

async function assign(screen, resource) {
  // The first of them is offered in the empty list.
  await screen.click("button", "Assign");
  await dialog(screen);
  await choose(screen, "Who or what", resource);
}

async function submit(screen) {
  await screen.click("button", "Assign", { within: await dialog(screen) });
  await screen.gone("dialog", null);
}

/** Who, what for and when. */
async function namesTheClash(screen, banquet) {
  await screen.reads("Zoë Nguyen is already booked then.");
  const list = await screen.see("list", "In the way");
  const said = await list.getText();
  assert.ok(said.includes(banquet) && /17:00\s*–\s*22:00/.test(said), said);
}

/** What one does is on the other desk within a second, and takes nothing out of the other's hands. */
async function workSideBySide(pilar, lucia) {
  for (const { screen } of [pilar, lucia]) {
    await screen.click("tab", "Tasks", { part: true });
    await taskIs(screen, TABLES, "In progress");
  }
  await pilar.screen.click("button", "New task");
  await pilar.screen.fill("Title", "Fold the nap");
  await taskMenu(lucia.screen, TABLES);
  await lucia.screen.click("menuitem", "Complete");
  await taskIs(lucia.screen, TABLES, "Completed");
  await withinASecond("the tables", () => taskIs(pilar.screen, TABLES, "Completed"));
  await pilar.picture("day-half-typed");
  // Whoever was typing types on.
  await pilar.screen.press(..."kins");
  const title = await pilar.screen.see("textbox", "Title");
  assert.equal(await title.getProperty("value"), "Fold the napkins");
  await pilar.screen.click("button", "Create task");
  await taskIs(pilar.screen, "Fold the napkins", "Pending");
  await withinASecond("the napkins", () => taskIs(lucia.screen, "Fold the napkins", "Pending"));

  await lucia.screen.click("link", "Tasks", { part: true });
  await lucia.screen.click("tab", "All", { part: true });
  const chosen = ["Order the flowers", "Chill the wine"];
  for (const name of chosen) {
    await lucia.screen.click("checkbox", `Select ${name}`);
  }
  await lucia.screen.reads("2 tasks selected");
  await taskMenu(pilar.screen, "Fold the napkins");
  await pilar.screen.click("menuitem", "Start");
  await taskIs(pilar.screen, "Fold the napkins", "In progress");
  await withinASecond("the start", () => taskIs(lucia.screen, "Fold the napkins", "In progress"));
  await lucia.screen.reads("2 tasks selected");
  for (const name of chosen) {
    const box = await lucia.screen.see("checkbox", `Select ${name}`);
    assert.ok(await box.isSelected(), `${name} is still selected`);
  }
  await lucia.picture("day-selection");
}

/** What goes away above moves nothing that is in view; undoing brings it back. */
async function archiveAndUndo(pilar, lucia, books) {
  const [done] = books.named("completed");
  const listed = books.events - books.named("archived").length;
  await lucia.screen.click("link", "Events");
  await lucia.screen.reads(`${listed} events`);
  await lucia.screen.click("button", "When", { part: true });
  await eventually("what is to go is above", async () => {
    const top = await lucia.screen.browser.execute(firstInView);
    return top?.name === done;
  });
  const row = await scrollDown(lucia.screen);
  await openFromPalette(pilar.screen, done);
  await pilar.screen.click("button", "Archive");
  await pilar.screen.see("button", "Un-archive");
  await withinASecond("the archiving", () => lucia.screen.reads(`${listed - 1} events`));
  await staysThere(lucia.screen, row);
  await lucia.picture("day-scrolled");
  await undoFromToast(pilar.screen);
  await pilar.screen.see("button", "Archive");
  await withinASecond("the undo", () => lucia.screen.reads(`${listed} events`));
  await staysThere(lucia.screen, row);
  await pilar.screen.click("button", "Archive");
  await pilar.screen.see("button", "Un-archive");
  await withinASecond("the archiving", () => lucia.screen.reads(`${listed - 1} events`));
}

/** Runs inside the page: the name and place of the first row that is wholly in view. */
function firstInView() {
  const grid = document.querySelector("[role=grid]");
  if (!grid) {
    return null;
  }
  const below = grid.querySelector("[role=columnheader]").getBoundingClientRect().bottom;
  const rows = [...grid.querySelectorAll("[role=row][aria-rowindex]")]
    .map((row) => ({ name: row.querySelector("a")?.textContent, top: row.getBoundingClientRect().top }))
    .filter((row) => row.name && row.top >= below)
    .sort((one, other) => one.top - other.top);
  return rows[0] ?? null;
}

/** Answers the first row in view, far enough down for something to be above it. */
async function scrollDown(screen) {
  await screen.browser.execute(() => {
    const grid = document.querySelector("[role=grid]");
    grid.scrollTop = 180;
  });
  return eventually("the list is scrolled", async () => {
    const scrolled = await screen.browser.execute(() => document.querySelector("[role=grid]").scrollTop > 0);
    return scrolled && (await screen.browser.execute(firstInView));
  });
}

async function staysThere(screen, row) {
  const now = await screen.browser.execute(firstInView);
  assert.deepEqual(now, row, "what was in view stays where it was");
}
