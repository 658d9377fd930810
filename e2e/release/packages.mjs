/**
 * Two releases of the same source that differ in their version, signed with throw-away keys, for desks that look for
 * updates on this computer. Only these packages know that address: it is built into them.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { buildBundles } from "../../scripts/lib/bundle.mjs";
import { NOTES } from "../../scripts/lib/paths.mjs";
import { mustRun } from "../../scripts/lib/run.mjs";
import { freePort } from "../harness/programs.mjs";

export const OLD = "0.90.1";
export const NEW = "0.90.2";
const FOLDER = join(NOTES, "release", "update");

async function newKey(name) {
  const file = join(FOLDER, `${name}.key`);
  const args = ["signer", "generate", "--ci", "--force", "--password", "", "--write-keys", file];
  await mustRun("A throw-away key could not be made.", "tauri", args);
  return { secret: readFileSync(file, "utf8").trim(), pubkey: readFileSync(`${file}.pub`, "utf8").trim() };
}

/** The environment in which `signedManifest` and the bundler sign with this key. */
export const signing = (key) => ({
  TAURI_SIGNING_PRIVATE_KEY: key.secret,
  TAURI_SIGNING_PRIVATE_KEY_PASSWORD: "",
});

/** What the story needs; built anew unless `reuse` finds it. */
export async function updatePackages({ reuse = false } = {}) {
  const note = join(FOLDER, "packages.json");
  if (reuse && existsSync(note)) {
    return note;
  }
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const port = await freePort();
  const keys = { release: await newKey("release"), other: await newKey("other") };
  const packages = {};
  for (const version of [OLD, NEW]) {
    const [deb] = await buildBundles({
      source: { url: `http://127.0.0.1:${port}/latest.json`, pubkey: keys.release.pubkey },
      version,
      bundles: "deb",
      // Without encryption, because it does not leave this computer. No other build may do this.
      config: { plugins: { updater: { dangerousInsecureTransportProtocol: true } } },
      env: signing(keys.release),
    });
    const kept = join(FOLDER, basename(deb));
    copyFileSync(deb, kept);
    copyFileSync(`${deb}.sig`, `${kept}.sig`);
    packages[version] = kept;
  }
  writeFileSync(note, JSON.stringify({ port, keys, packages }));
  return note;
}
