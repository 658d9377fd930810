/** An office on one computer is backed up, goes back, and comes to life on another computer. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeBooks } from "./harness/books.mjs";
import { importBook, onToday, upToDate, useThisComputer } from "./harness/office.mjs";
import { story } from "./harness/story.mjs";

for (const look of ["light", "dark"]) {
  story(`an office goes back and comes to another computer, in ${look}`, async ({ person }) => {
    const ana = await person({ name: `ana-${look}`, dark: look === "dark" });
    const books = writeBooks(join(ana.home, "books"));
    const copy = join(ana.home, "copy.cloche-backup");
    const desk = await ana.openDesk({ CLOCHE_PICK_FILES: [copy, books.paths.clients].join("\n") });
    const { screen } = desk;
    await screen.see("heading", "Welcome to Cloche");
    await useThisComputer(screen);
    await upToDate(screen);

    await screen.click("link", "Settings");
    await screen.click("link", "Backups");
    await screen.click("button", "Save a copy…");
    await screen.reads("Saved as copy.cloche-backup");
    assert.ok(existsSync(copy));
    await screen.click("button", "Back up now");
    await screen.reads("read again and found whole");
    await screen.see("list", "Backups");
    await desk.picture(`backups-${look}`);

    await importBook(screen, `${books.clients} clients imported`);
    await screen.click("link", "Settings");
    await screen.click("link", "Backups");
    await screen.click("button", ", made by hand", { part: true });
    await screen.reads("1 change has been made since and will be gone");
    await desk.picture(`backups-restore-${look}`);
    await screen.click("button", "Restore");
    await screen.reads("Your office is as it was");
    await screen.click("link", "Clients");
    await screen.reads("Your clients will be here.");
    await screen.click("link", "Settings");
    await screen.click("link", "Backups");
    await screen.reads("Before another was restored");
    await screen.click("button", "Move to a shared server…");
    await screen.see("textbox", "Server link");
    await desk.picture(`backups-move-${look}`);
    await screen.press("Escape");
    await desk.close();

    const bea = await person({ name: `bea-${look}`, dark: look === "dark" });
    const other = await bea.openDesk({ CLOCHE_PICK_FILES: copy });
    await other.screen.click("button", "Restore from a backup file");
    await other.screen.see("heading", "Restore Cocina del Olivar");
    await other.screen.fill("New password", "lemons ripen slowly here");
    await other.picture(`backups-first-run-${look}`);
    await other.screen.click("button", "Restore");
    await onToday(other.screen);
    await upToDate(other.screen);
    await other.close();
  });
}
