/**
 * `npm run test:release`: the packages on a fresh system, and updates between real packages. It takes root, Debian's
 * mirror and the better part of an hour, so `npm test` leaves it out. `-- fresh` or `-- update` runs one of the two;
 * `--reuse` takes packages that an earlier run built; `CLOCHE_DEB` and `CLOCHE_UPDATE_PACKAGES` name others.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { figures, forgetFigures } from "../e2e/release/figures.mjs";
import { updatePackages } from "../e2e/release/packages.mjs";
import { buildBundles, smallEnough } from "./lib/bundle.mjs";
import { add, blame, closingLine, fromNode, none } from "./lib/count.mjs";
import { ensurePackages } from "./lib/packages.mjs";
import { ROOT, targetDir } from "./lib/paths.mjs";
import { writePart } from "./lib/results.mjs";
import { runKeeping } from "./lib/run.mjs";
import { main, Stop, say } from "./lib/say.mjs";
import { setUp, setUpStories } from "./lib/setup.mjs";
import { ownVersion } from "./lib/versions.mjs";

const isOurs = (name) => name.startsWith(`Cloche_${ownVersion()}_`) && name.endsWith(".deb");

/** The package that an earlier run built; null where there is none. */
function builtBefore() {
  const folder = join(targetDir(), "release", "bundle", "deb");
  const found = existsSync(folder) ? readdirSync(folder).filter((name) => isOurs(name)) : [];
  return found.length === 1 ? join(folder, found[0]) : null;
}

/** The package to try: what `CLOCHE_DEB` names, or one built now. */
async function productionPackage(reuse) {
  if (process.env.CLOCHE_DEB) {
    return {};
  }
  const before = reuse ? builtBefore() : null;
  const [deb] = before ? [before] : await buildBundles({ bundles: "deb" });
  if (!smallEnough([deb])) {
    throw new Stop("The package is larger than it may be.");
  }
  return { CLOCHE_DEB: deb };
}

const PARTS = {
  fresh: { file: "fresh-system", prepare: productionPackage },
  update: {
    file: "update",
    prepare: async (reuse) =>
      process.env.CLOCHE_UPDATE_PACKAGES ? {} : { CLOCHE_UPDATE_PACKAGES: await updatePackages({ reuse }) },
  },
};

async function runPart(name, reuse) {
  say(`\n=== ${name} ===`);
  const { file, prepare } = PARTS[name];
  const env = await prepare(reuse);
  const story = join(ROOT, "e2e", "release", `${file}.release.mjs`);
  const args = ["--test", "--test-reporter=spec", "--test-timeout=1800000", story];
  const { code, output } = await runKeeping(process.execPath, args, { env });
  return blame(fromNode(output), code);
}

function report(counts) {
  const rows = figures().map(({ what, value }) => `| ${what} | ${value} |`);
  const ran = Object.entries(counts).map(([name, count]) => `\`${name}\`: ${closingLine(count)}`);
  const left = Object.keys(PARTS).filter((name) => !(name in counts));
  return `## Packages and updates

\`npm run test:release\`, ${new Date().toISOString().slice(0, 10)}, Debian 12 (${process.arch}) made by debootstrap, as an unprivileged
person under Xvfb. ${ran.join("; ")}.${left.length > 0 ? ` Not run this time: ${left.join(", ")}.` : ""}

| what | figure |
| --- | --- |
${rows.join("\n")}

Run here: the Debian package installed with its dependencies by apt, started, an office begun with *Use this computer*, closed,
opened again, removed without a trace but the person's own data; the desktop entry and AppStream data validated; an update to a
newer package and all refusals. The system's password dialog (\`pkexec\`) is played by a script that calls \`sudo\`.

Not run here: the RPM (built, not installed), AppImage, Windows and macOS packages (built by the release workflow only), code
signing, an update over HTTPS.`;
}

await main(async () => {
  const { values, positionals } = parseArgs({
    options: { reuse: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !(name in PARTS));
  if (unknown) {
    throw new Stop(`There is no release test “${unknown}”. Choose from: ${Object.keys(PARTS).join(", ")}.`);
  }
  await setUp();
  await setUpStories();
  await ensurePackages(["debootstrap"]);
  forgetFigures();
  const counts = {};
  for (const name of positionals.length > 0 ? positionals : Object.keys(PARTS)) {
    counts[name] = await runPart(name, values.reuse);
  }
  writePart(join(ROOT, "docs", "RESULTS.md"), "release", report(counts));
  const total = add(none(), ...Object.values(counts));
  say(`\n${closingLine(total)}`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});
