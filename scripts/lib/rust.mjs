/** Cargo, always with the same features and target folder: another set would compile everything a second time. */
import { join } from "node:path";
import { targetDir } from "./paths.mjs";
import { ask, mustRun } from "./run.mjs";
import { say } from "./say.mjs";
import { parseVersion } from "./versions.mjs";

/** The window carries its pages; no development server is needed. */
export const FEATURES = ["--features", "custom-protocol"];

/** In CI the lock file is law; on a desk cargo may bring it up to date. */
export const LOCKED = process.env.CI ? ["--locked"] : [];

export function cargoEnv(extra = {}) {
  const color = process.stdout.isTTY ? { CARGO_TERM_COLOR: "always" } : {};
  return { CARGO_TARGET_DIR: targetDir(), ...color, ...extra };
}

/** Where cargo leaves a program of ours. */
export function built(name, profile = "debug") {
  return join(targetDir(), profile, process.platform === "win32" ? `${name}.exe` : name);
}

/** Builds the desktop app and answers where its program is. */
export async function buildApp() {
  say("Building Cloche (the first time takes several minutes)");
  const args = ["build", ...LOCKED, "--package", "cloche", "--bin", "cloche", ...FEATURES];
  await mustRun("Cloche could not be built; the lines above say why.", "cargo", args, { env: cargoEnv() });
  return built("cloche");
}

/** Builds every program of the workspace at once: asked for one by one, cargo would compile shared packages anew for each. */
export async function buildPrograms(...more) {
  say("Building Cloche and its tools (the first time takes several minutes)");
  const args = ["build", ...LOCKED, "--workspace", "--bins", ...FEATURES, ...more];
  await mustRun("Cloche could not be built; the lines above say why.", "cargo", args, { env: cargoEnv() });
}

/** Whether `cargo install --list` names this program, in this version where one is pinned. */
export function isListed(list, name, version) {
  const found = (list ?? "").split("\n").find((line) => line.startsWith(`${name} v`));
  return found !== undefined && (!version || parseVersion(found)?.join(".") === version);
}

function isThere(name, version) {
  if (isListed(ask("cargo", ["install", "--list"]), name, version)) {
    return true;
  }
  // It may have come with the system instead; not every program knows --version.
  const said = ask(name, ["--version"]);
  return said !== null && (!version || parseVersion(said)?.join(".") === version);
}

/** Installs a cargo program unless it is there in the wanted version. */
export async function ensureCargoProgram(name, version) {
  if (isThere(name, version)) {
    return;
  }
  say(`Installing ${name}${version ? ` ${version}` : ""} (once)`);
  const args = ["install", name, "--locked", ...(version ? ["--version", version] : [])];
  await mustRun(`${name} could not be installed; is this computer online?`, "cargo", args, {
    env: cargoEnv(),
  });
}
