/** `npm run bindings`: writes ui/src/ipc/bindings.ts from the Rust commands. A test fails where it is out of date. */

import { run } from "./lib/run.mjs";
import { cargoEnv, FEATURES, LOCKED } from "./lib/rust.mjs";
import { main } from "./lib/say.mjs";
import { setUp } from "./lib/setup.mjs";
import { buildUi } from "./lib/ui.mjs";

await main(async () => {
  await setUp();
  await buildUi();
  const test = [
    "test",
    ...LOCKED,
    "--package",
    "cloche",
    ...FEATURES,
    "--lib",
    "the_committed_bindings_are_fresh",
  ];
  return run("cargo", test, { env: cargoEnv({ CLOCHE_WRITE_BINDINGS: "1" }) });
});
