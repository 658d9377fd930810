/**
 * `npm run manifest`: makes the signed answer of the update server (see docs/RELEASING.md).
 *
 *   npm run manifest -- --packages DIR --url https://… --notes FILE [--days 30] [--rollout 100] --out latest.json
 *   npm run manifest -- --renew latest.json [--days 30] [--rollout 100] --out latest.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { newStatement, renewed, signedManifest, signedPackages } from "./lib/manifest.mjs";
import { main, Stop, say } from "./lib/say.mjs";
import { ownVersion } from "./lib/versions.mjs";

const text = { type: "string" };
const OPTIONS = {
  packages: text,
  url: text,
  notes: text,
  version: text,
  days: text,
  rollout: text,
  renew: text,
  out: text,
};

const number = (said) => (said === undefined ? undefined : Number(said));

function statementOf(asked) {
  const terms = { days: number(asked.days), rollout: number(asked.rollout) };
  if (asked.renew) {
    return renewed(JSON.parse(readFileSync(asked.renew, "utf8")), terms);
  }
  if (!asked.packages || !asked.url || !asked.notes) {
    throw new Stop("Say which packages (--packages), where they will be (--url) and what is new (--notes).");
  }
  return newStatement({
    version: asked.version ?? ownVersion(),
    notes: readFileSync(asked.notes, "utf8"),
    platforms: signedPackages(asked.packages, asked.url),
    ...terms,
  });
}

await main(async () => {
  const { values } = parseArgs({ options: OPTIONS });
  if (!values.out) {
    throw new Stop("Say where to write the manifest (--out).");
  }
  const statement = statementOf(values);
  writeFileSync(values.out, `${JSON.stringify(await signedManifest(statement), null, 2)}\n`);
  say(`Version ${statement.version}, for ${Object.keys(statement.platforms).join(", ")}.`);
  say(`It holds until ${statement.expires} and goes to ${statement.rollout} of a hundred computers.`);
});
