/**
 * `npm run bundle`: the packages people install, with PostgreSQL inside. `-- --bundles deb,rpm,appimage` chooses others
 * than the usual ones of this system; AppImage, NSIS and MSI fetch their tools from the network. `--out DIR` gathers them.
 * On Linux also what a server needs.
 */
import { parseArgs } from "node:util";
import { buildBundles, buildHub, gather, smallEnough, updateSource } from "./lib/bundle.mjs";
import { main, Stop, say } from "./lib/say.mjs";
import { setUp } from "./lib/setup.mjs";

await main(async () => {
  const { values } = parseArgs({ options: { bundles: { type: "string" }, out: { type: "string" } } });
  const source = updateSource();
  await setUp();
  if (source === null) {
    say("Neither CLOCHE_UPDATE_URL nor CLOCHE_UPDATE_KEY is set: these packages will not update themselves.");
  }
  const files = await buildBundles({ source, bundles: values.bundles });
  if (process.platform === "linux") {
    files.push(await buildHub());
  }
  if (!smallEnough(files)) {
    throw new Stop("A package is larger than it may be, or none was made.");
  }
  if (values.out) {
    gather(files, values.out);
  }
});
