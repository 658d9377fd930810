/** Everything that can be known without running the app; each counts as one test. */
import { add, fromExit } from "./count.mjs";
import { run } from "./run.mjs";
import { cargoEnv, FEATURES, LOCKED } from "./rust.mjs";
import { say } from "./say.mjs";
import { setUpChecks } from "./setup.mjs";
import { buildUi } from "./ui.mjs";

const CHECKS = [
  ["Rust is formatted", "cargo", ["fmt", "--all", "--check"]],
  [
    "Clippy finds nothing in Rust",
    "cargo",
    ["clippy", ...LOCKED, "--workspace", "--all-targets", ...FEATURES, "--", "-D", "warnings"],
  ],
  ["TypeScript types hold", "tsc", ["--noEmit"]],
  ["Biome finds nothing", "biome", ["check", "--error-on-warnings"]],
  ["Nothing is unused in TypeScript", "knip", []],
  // Advisories need a database from the network; licences, bans and sources do not.
  [
    "Licences and sources are allowed",
    "cargo",
    ["deny", "--offline", "check", "licenses", "bans", "sources"],
  ],
];

async function check(name, work) {
  say(`\n— ${name}`);
  const count = fromExit(await work());
  say(count.failed ? `✗ Not so: ${name}` : `✓ ${name}`);
  return count;
}

/** @returns {Promise<import("./count.mjs").Count>} */
export async function runChecks() {
  await setUpChecks();
  // Licences are read from every platform's packages, also those that this computer never builds.
  await run("cargo", ["fetch", ...LOCKED, "--quiet"], { env: cargoEnv() });
  // The window's program carries its pages, so Clippy needs them built.
  let total = await check("The window’s pages build", () => buildUi().then(() => 0, explain));
  for (const [name, command, args] of CHECKS) {
    total = add(total, await check(name, () => run(command, args, { env: cargoEnv() })));
  }
  return total;
}

function explain(error) {
  say(error.message);
  return 1;
}
