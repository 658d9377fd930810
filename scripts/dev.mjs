/** `npm run dev`: Cloche with pages that change while they are edited. */
import { checkDisplay } from "./lib/display.mjs";
import { run } from "./lib/run.mjs";
import { cargoEnv } from "./lib/rust.mjs";
import { main } from "./lib/say.mjs";
import { setUp } from "./lib/setup.mjs";

await main(async () => {
  checkDisplay();
  await setUp();
  return run("tauri", ["dev", ...process.argv.slice(2)], { env: cargoEnv() });
});
