/** What every command needs before it can do its own work. Does nothing, quickly, where all is there. */
import { ensureNodeModules } from "./node-modules.mjs";
import { ensurePackages, TO_BUILD, TO_TEST } from "./packages.mjs";
import { ensureCargoProgram } from "./rust.mjs";
import { checkVersions } from "./versions.mjs";

export async function setUp() {
  checkVersions();
  await ensurePackages(TO_BUILD);
  await ensureNodeModules();
}

export async function setUpChecks() {
  await ensureCargoProgram("cargo-deny", "0.20.2");
}

export async function setUpTests() {
  await ensureCargoProgram("cargo-nextest");
}

/** The real window is driven through WebKit's driver, which only Linux has. */
export const CAN_DRIVE_WINDOWS = process.platform === "linux";

export async function setUpStories() {
  await ensurePackages(TO_TEST);
  await ensureCargoProgram("tauri-driver", "2.1.0");
}
