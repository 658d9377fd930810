/** What the update server answers: the packages of a release, and a signed statement that desks believe instead of it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runQuietly } from "./run.mjs";
import { Stop } from "./say.mjs";

/** Desks refuse a statement that claims to hold for longer. */
const LONGEST_DAYS = 90;

const PACKAGES = [
  [/_amd64\.deb$/, "linux-x86_64-deb"],
  [/_arm64\.deb$/, "linux-aarch64-deb"],
  [/\.x86_64\.rpm$/, "linux-x86_64-rpm"],
  [/\.aarch64\.rpm$/, "linux-aarch64-rpm"],
  [/_amd64\.AppImage$/, "linux-x86_64-appimage"],
  [/_aarch64\.AppImage$/, "linux-aarch64-appimage"],
  [/_x64-setup\.exe$/, "windows-x86_64-nsis"],
  [/_x64_[A-Za-z-]+\.msi$/, "windows-x86_64-msi"],
  [/_aarch64\.app\.tar\.gz$/, "darwin-aarch64-app"],
  [/_x64\.app\.tar\.gz$/, "darwin-x86_64-app"],
];

/** Which system a package is for, as the updater names it; null for anything that is not a package. */
export function platformOf(file) {
  return PACKAGES.find(([ending]) => ending.test(file))?.[1] ?? null;
}

/** The packages in `folder` that have a signature beside them. */
export function signedPackages(folder, baseUrl) {
  const files = readdirSync(folder);
  const platforms = {};
  for (const file of files.sort()) {
    const platform = platformOf(file);
    if (platform === null) {
      continue;
    }
    if (!files.includes(`${file}.sig`)) {
      throw new Stop(`${file} has no signature beside it; was the signing key set while it was built?`);
    }
    platforms[platform] = {
      url: `${baseUrl.replace(/\/$/, "")}/${encodeURIComponent(file)}`,
      signature: readFileSync(join(folder, `${file}.sig`), "utf8").trim(),
    };
  }
  if (Object.keys(platforms).length === 0) {
    throw new Stop(`There is no package in ${folder}.`);
  }
  return platforms;
}

/** What a release says of itself. `now` is when it is signed. */
export function newStatement({ version, notes, platforms, days = 30, rollout = 100, now = new Date() }) {
  if (!(days > 0 && days <= LONGEST_DAYS)) {
    throw new Stop(`A manifest may hold for 1 to ${LONGEST_DAYS} days, not ${days}.`);
  }
  if (!(Number.isInteger(rollout) && rollout >= 0 && rollout <= 100)) {
    throw new Stop(`A release goes out to 0 to 100 of a hundred computers, not ${rollout}.`);
  }
  return {
    kind: "cloche release 1",
    version,
    notes: notes.trim(),
    published: now.toISOString(),
    expires: new Date(now.getTime() + days * 86_400_000).toISOString(),
    rollout,
    platforms,
  };
}

/** Signs a text as the packages are signed. */
async function sign(text, version, env) {
  const folder = mkdtempSync(join(tmpdir(), "cloche-sign-"));
  try {
    const file = join(folder, "statement.json");
    writeFileSync(file, text);
    if ((await runQuietly("tauri", ["signer", "sign", "--app-version", version, file], { env })) !== 0) {
      throw new Stop("The manifest could not be signed; is TAURI_SIGNING_PRIVATE_KEY set?");
    }
    return readFileSync(`${file}.sig`, "utf8").trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The whole manifest. Only `cloche` is believed; the rest is there because the updater reads it first. The key is the
 * environment's TAURI_SIGNING_PRIVATE_KEY, or that of `env`.
 */
export async function signedManifest(statement, env = {}) {
  const text = JSON.stringify(statement);
  const { version, notes, published, platforms } = statement;
  return {
    version,
    notes,
    pub_date: published,
    platforms,
    cloche: { statement: text, signature: await sign(text, version, env) },
  };
}

/** The same release, vouched for again from now on. */
export function renewed(manifest, { days, rollout, now }) {
  const before = JSON.parse(manifest.cloche.statement);
  return newStatement({ ...before, days, rollout: rollout ?? before.rollout, now });
}
