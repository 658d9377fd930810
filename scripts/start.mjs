/** `npm start`: does all the set-up and opens Cloche. */
import { checkDisplay } from "./lib/display.mjs";
import { ROOT } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";
import { buildApp } from "./lib/rust.mjs";
import { main, say } from "./lib/say.mjs";
import { setUp } from "./lib/setup.mjs";
import { buildUi } from "./lib/ui.mjs";

await main(async () => {
  // First: nobody should wait for a build whose window cannot open.
  checkDisplay();
  await setUp();
  await buildUi();
  const app = await buildApp();
  say("Opening Cloche");
  return run(app, process.argv.slice(2), { cwd: ROOT });
});
