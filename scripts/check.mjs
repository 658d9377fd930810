/** `npm run check`: formatting, lints, types, unused code, licences. */
import { runChecks } from "./lib/checks.mjs";
import { closingLine } from "./lib/count.mjs";
import { main, say } from "./lib/say.mjs";
import { setUp } from "./lib/setup.mjs";

await main(async () => {
  await setUp();
  const count = await runChecks();
  say(`\n${closingLine(count)}`);
  return count.failed > 0 ? 1 : 0;
});
