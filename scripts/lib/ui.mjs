/** The built UI in `dist/`, made again only when something it is made of has changed. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NOTES, ROOT } from "./paths.mjs";
import { mustRun } from "./run.mjs";
import { say } from "./say.mjs";

const NOTE = join(NOTES, "ui-built");
const MADE_OF = ["ui", "index.html", "vite.config.ts", "tsconfig.json", "package-lock.json"];

/** One line that changes whenever a file below one of `paths` is added, removed or edited. */
export function fingerprint(root, paths) {
  const hash = createHash("sha256");
  const visit = (path) => {
    const found = statSync(join(root, path), { throwIfNoEntry: false });
    if (!found) {
      return;
    }
    if (found.isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) {
        visit(join(path, name));
      }
      return;
    }
    hash.update(`${path}\0${readFileSync(join(root, path)).length}\0`).update(readFileSync(join(root, path)));
  };
  for (const path of paths) {
    visit(path);
  }
  return hash.digest("hex");
}

export async function buildUi() {
  const now = fingerprint(ROOT, MADE_OF);
  const built = existsSync(join(ROOT, "dist", "index.html")) && existsSync(NOTE);
  if (built && readFileSync(NOTE, "utf8") === now) {
    return;
  }
  say("Building the window’s pages");
  await mustRun("The window’s pages could not be built.", "vite", ["build", "--logLevel", "warn"]);
  mkdirSync(NOTES, { recursive: true });
  writeFileSync(NOTE, now);
}
