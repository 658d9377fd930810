/** `npm run bench`: prints the figures Cloche is held to, as ratios measured in one run. */
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
  return run(built("bench", "release"), process.argv.slice(2));
});
