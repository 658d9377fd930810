/** `npm run soak`: many desks on one server for five minutes; fails where a target is missed. `-- --desks 20 --seconds 60` is a smoke run. */
import { run } from "./lib/run.mjs";
import { buildPrograms, built } from "./lib/rust.mjs";
import { main } from "./lib/say.mjs";
import { setUp } from "./lib/setup.mjs";
import { buildUi } from "./lib/ui.mjs";

await main(async () => {
  await setUp();
  await buildUi();
  // Figures count only for optimised programs.
  await buildPrograms("--release");
  return run(built("soak", "release"), process.argv.slice(2));
});
