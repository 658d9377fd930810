/** What a release test measured, kept for docs/RESULTS.md. */
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ARTIFACTS } from "../harness/story.mjs";

const FILE = join(ARTIFACTS, "release-figures.jsonl");

export function figure(what, value) {
  appendFileSync(FILE, `${JSON.stringify({ what, value })}\n`);
}

export function forgetFigures() {
  rmSync(FILE, { force: true });
}

/** @returns {{ what: string, value: string }[]} */
export function figures() {
  if (!existsSync(FILE)) {
    return [];
  }
  return readFileSync(FILE, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
