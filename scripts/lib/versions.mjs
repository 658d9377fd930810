/** Whether this computer's Node.js and Rust are new enough. */
import { readText } from "./paths.mjs";
import { ask } from "./run.mjs";
import { Stop } from "./say.mjs";

/** `"cargo 1.95.0 (…)"` → `[1, 95, 0]`; null where there is no number. */
export function parseVersion(text) {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text ?? "");
  return found ? found.slice(1).map((part) => Number(part ?? 0)) : null;
}

export function atLeast(have, want) {
  for (const [at, need] of want.entries()) {
    if (have[at] !== need) {
      return have[at] > need;
    }
  }
  return true;
}

/** The version that the next packages get. It stands in Cargo.toml and nowhere else. */
export function ownVersion() {
  return /^\[workspace\.package\]\nversion = "([^"]+)"/m.exec(readText("Cargo.toml"))?.[1];
}

/** Stops with what to do where Node.js or Rust is missing or too old. */
export function checkVersions() {
  const node = parseVersion(JSON.parse(readText("package.json")).engines.node);
  if (!atLeast(parseVersion(process.version), node)) {
    throw new Stop(`Cloche needs Node.js ${node.join(".")} or newer; this is ${process.version}.`);
  }
  const rust = parseVersion(/rust-version = "([^"]+)"/.exec(readText("Cargo.toml"))?.[1]);
  const cargo = ask("cargo", ["--version"]);
  if (!cargo) {
    throw new Stop(
      `Cloche needs Rust ${rust[0]}.${rust[1]} or newer. Install it with rustup (see rust-lang.org), then run this again.`,
    );
  }
  if (!atLeast(parseVersion(cargo), rust)) {
    throw new Stop(
      `Cloche needs Rust ${rust[0]}.${rust[1]} or newer; this is ${cargo.trim()}. “rustup update” brings a newer one.`,
    );
  }
}
