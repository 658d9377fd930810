/** `npm run server`: a throw-away server with a seeded organization; prints its link and a sign-in. */
import { run } from "./lib/run.mjs";
import { buildPrograms, built } from "./lib/rust.mjs";
import { main } from "./lib/say.mjs";
import { setUp } from "./lib/setup.mjs";
import { buildUi } from "./lib/ui.mjs";

await main(async () => {
  await setUp();
  await buildUi();
  await buildPrograms();
  return run(built("dev-server"), process.argv.slice(2));
});
