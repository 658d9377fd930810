/** `npm run bench`: prints the figures Cloche is held to, as ratios measured in one run. `-- --quick` is a smoke run. */
import { ensurePackages, TO_TEST } from "./lib/packages.mjs";
import { run } from "./lib/run.mjs";
import { buildPrograms, built } from "./lib/rust.mjs";
import { main } from "./lib/say.mjs";
import { CAN_DRIVE_WINDOWS, setUp } from "./lib/setup.mjs";
import { buildUi } from "./lib/ui.mjs";

await main(async () => {
  await setUp();
  if (CAN_DRIVE_WINDOWS) {
    // Windows are opened on a screen of the benchmark's own, with a keyring of its own.
    await ensurePackages(TO_TEST);
  }
  await buildUi();
  // Figures count only for optimised programs.
  await buildPrograms("--release");
  return run(built("bench", "release"), process.argv.slice(2));
});
