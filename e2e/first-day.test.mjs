/** The first day of an office on its own computer. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { writeBooks } from "./harness/books.mjs";
import { useThisComputer, upToDate } from "./harness/office.mjs";
import { story } from "./harness/story.mjs";

story("an office starts on one computer, brings its books and works with them", async ({ person }) => {
  const ana = await person({ name: "ana" });
  const books = writeBooks(join(ana.home, "books"));
  const desk = await ana.openDesk({ CLOCHE_PICK_FILES: [books.paths.clients, books.paths.events].join("\n") });
  const { screen } = desk;
  await screen.see("heading", "Welcome to Cloche");
  await desk.picture("first-run");
  await useThisComputer(screen);
  await screen.reads("Your events will be here.");
  await upToDate(screen);
});
