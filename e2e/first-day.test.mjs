/** The first day of an office on its own computer. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { writeBooks } from "./harness/books.mjs";
import {
  importBook,
  onToday,
  openFromPalette,
  statusOf,
  undoFromToast,
  upToDate,
  useThisComputer,
} from "./harness/office.mjs";
import { story } from "./harness/story.mjs";

story("an office starts on one computer, brings its books and works with them", async ({ person }) => {
  const ana = await person({ name: "ana" });
  const books = writeBooks(join(ana.home, "books"));
  const [planned, next] = books.named("planning");
  const [done] = books.named("completed");

  const desk = await ana.openDesk({
    CLOCHE_PICK_FILES: [books.paths.clients, books.paths.events].join("\n"),
  });
  const { screen } = desk;
  await screen.see("heading", "Welcome to Cloche");
  await desk.picture("first-run");
  await useThisComputer(screen);
  await screen.reads("Your day will be here.");
  await screen.click("link", "Events");
  await screen.reads("Your events will be here.");
  await upToDate(screen);

  await importBook(screen, `${books.clients} clients imported`);
  await importBook(screen, `${books.events} events imported`);
  await screen.click("button", "See the events");
  await screen.reads(`${books.events - books.named("archived").length} events`);
  await desk.picture("events");

  await openFromPalette(screen, planned);
  assert.equal(await statusOf(screen), "Planning");
  await screen.click("button", "Move to Preparation");
  await screen.reads("Undo");
  assert.equal(await statusOf(screen, "Preparation"), "Preparation");
  await desk.picture("event");

  await openFromPalette(screen, next);
  await screen.click("button", "More actions");
  await screen.click("menuitem", "Cancel event…");
  await screen.fill("Reason", "The client postponed to next year");
  await screen.click("button", "Cancel event");
  assert.equal(await statusOf(screen, "Cancelled"), "Cancelled");
  await screen.reads("The client postponed to next year");

  await openFromPalette(screen, done);
  await screen.click("button", "Archive");
  await screen.see("button", "Un-archive");
  await undoFromToast(screen);
  await screen.see("button", "Archive");

  await desk.close();
  assert.deepEqual(ana.servers(), [], "the server stops with the window");

  const again = await ana.openDesk();
  await onToday(again.screen);
  await again.screen.click("link", "Events");
  await again.screen.reads(`${books.events - books.named("archived").length} events`);
  await openFromPalette(again.screen, planned);
  assert.equal(await statusOf(again.screen, "Preparation"), "Preparation");
  await openFromPalette(again.screen, next);
  assert.equal(await statusOf(again.screen, "Cancelled"), "Cancelled");
  await upToDate(again.screen);

  await again.screen.click("button", "Reinstate");
  await statusOf(again.screen, "Planning");
  await again.kill();
  const afterCrash = await ana.openDesk();
  await openFromPalette(afterCrash.screen, next);
  assert.equal(await statusOf(afterCrash.screen, "Planning"), "Planning");
  await upToDate(afterCrash.screen);
  await afterCrash.close();
  assert.deepEqual(ana.servers(), [], "the server stops with the window, after a crash too");
});
