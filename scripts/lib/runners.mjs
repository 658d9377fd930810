/** The test runners. Each answers how many tests passed and failed. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { add, blame, fromCargoTest, fromNextest, fromNode, fromVitest, none } from "./count.mjs";
import { NOTES, ROOT } from "./paths.mjs";
import { run, runKeeping } from "./run.mjs";
import { buildPrograms, cargoEnv, FEATURES, LOCKED } from "./rust.mjs";
import { say } from "./say.mjs";
import { CAN_DRIVE_WINDOWS, setUpStories, setUpTests } from "./setup.mjs";
import { withTestServer } from "./test-server.mjs";
import { buildUi } from "./ui.mjs";

/** Files below `folder` (relative to the checkout) whose name ends so. */
export function filesEnding(folder, ending) {
  const found = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

async function node(files, args = [], env = {}) {
  if (files.length === 0) {
    return none();
  }
  const { code, output } = await runKeeping(
    process.execPath,
    ["--test", "--test-reporter=spec", ...args, ...files],
    { env },
  );
  return blame(fromNode(output), code);
}

export function scripts() {
  return node(filesEnding("scripts", ".test.mjs"));
}

/** Documentation examples are tests too, but asking for them costs a minute: only where there are any. */
function hasDocTests() {
  const files = ["crates", "src-tauri"].flatMap((folder) => filesEnding(folder, ".rs"));
  return files.some((file) => /^\s*\/\/[/!] ```(?:rust|should_panic)?\s*$/m.test(readFileSync(file, "utf8")));
}

export async function rust() {
  await setUpTests();
  await buildUi();
  return withTestServer(async (env) => {
    const cargo = (args) => runKeeping("cargo", args, { env: cargoEnv(env) });
    const tests = await cargo(["nextest", "run", ...LOCKED, "--workspace", ...FEATURES, "--no-fail-fast"]);
    const count = blame(fromNextest(tests.output), tests.code);
    if (!hasDocTests()) {
      return count;
    }
    const examples = await cargo(["test", ...LOCKED, "--workspace", "--doc", ...FEATURES]);
    return add(count, blame(fromCargoTest(examples.output), examples.code));
  });
}

export async function ui() {
  const report = join(NOTES, "vitest.json");
  mkdirSync(NOTES, { recursive: true });
  rmSync(report, { force: true });
  const code = await run("vitest", [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  try {
    return blame(fromVitest(readFileSync(report, "utf8")), code);
  } catch {
    return blame(none(), code || 1);
  }
}

export async function e2e() {
  if (!CAN_DRIVE_WINDOWS) {
    say("The stories on the real window run on Linux only; they are left out here.");
    return none();
  }
  await setUpStories();
  await buildUi();
  await buildPrograms();
  // One story at a time: two cores are not enough for several windows, and each story takes its own pictures.
  return node(filesEnding("e2e", ".test.mjs"), ["--test-concurrency=1", "--test-timeout=600000"]);
}
