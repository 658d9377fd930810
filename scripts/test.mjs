/** `npm test`: every check and every test. `npm test -- rust ui` runs some of them. */
import { runChecks } from "./lib/checks.mjs";
import { add, blame, closingLine, none } from "./lib/count.mjs";
import * as runners from "./lib/runners.mjs";
import { main, Stop, say } from "./lib/say.mjs";
import { setUp } from "./lib/setup.mjs";

const STEPS = {
  check: runChecks,
  scripts: runners.scripts,
  rust: runners.rust,
  ui: runners.ui,
  e2e: runners.e2e,
};

/** A step that cannot even start is a failure, and the others still run. */
async function count(name, step) {
  say(`\n=== ${name} ===`);
  try {
    return await step();
  } catch (error) {
    process.stderr.write(error instanceof Stop ? `${error.message}\n` : `${error.stack}\n`);
    return blame(none(), 1);
  }
}

await main(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !(name in STEPS));
  if (unknown) {
    throw new Stop(`There is no test step “${unknown}”. Choose from: ${Object.keys(STEPS).join(", ")}.`);
  }
  await setUp();
  const lines = [];
  let total = none();
  for (const name of asked.length > 0 ? asked : Object.keys(STEPS)) {
    const found = await count(name, STEPS[name]);
    lines.push(`${name}: ${found.passed} held, ${found.failed} did not`);
    total = add(total, found);
  }
  say(`\n${lines.join("\n")}\n\n${closingLine(total)}`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});
