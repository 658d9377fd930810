/** Where things are: the checkout, the build output, and the scripts' own notes. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Notes that scripts leave for their next run; safe to delete. */
export const NOTES = join(ROOT, ".cache");

/** Outside the checkout, so that several checkouts share what they compile. */
export function targetDir(env = process.env) {
  const cache = env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return env.CARGO_TARGET_DIR || join(cache, "cloche", "target");
}

export function readText(...parts) {
  return readFileSync(join(ROOT, ...parts), "utf8");
}
