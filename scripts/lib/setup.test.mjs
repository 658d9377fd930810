import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { hasDisplay } from "./display.mjs";
import { hydrate } from "./node-modules.mjs";
import { asRoot, missingFrom } from "./packages.mjs";
import { targetDir } from "./paths.mjs";
import { isListed } from "./rust.mjs";
import { fingerprint } from "./ui.mjs";
import { atLeast, parseVersion } from "./versions.mjs";

function folder(t) {
  const path = mkdtempSync(join(tmpdir(), "cloche-scripts-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("a package that is known but not installed is missing", () => {
  const dpkg = [
    "Package: build-essential\nStatus: install ok installed\nVersion: 12",
    "Package: libssl-dev\nStatus: install ok installed\nArchitecture: amd64",
    "Package: xvfb\nStatus: deinstall ok config-files",
  ].join("\n\n");
  assert.deepEqual(missingFrom(["build-essential", "libssl-dev", "xvfb", "xdotool"], dpkg), [
    "xvfb",
    "xdotool",
  ]);
});

test("root installs packages itself, others with sudo, and nobody without it", () => {
  assert.deepEqual(asRoot(0, false), []);
  assert.deepEqual(asRoot(1000, true), ["sudo"]);
  assert.equal(asRoot(1000, false), null);
});

test("versions compare by number, not by letter", () => {
  assert.deepEqual(parseVersion("cargo 1.95.0 (f2d3ce0bd 2026-03-21)"), [1, 95, 0]);
  assert.deepEqual(parseVersion(">=20.19"), [20, 19, 0]);
  assert.equal(parseVersion("none"), null);
  assert.equal(atLeast([1, 100, 0], [1, 95, 0]), true);
  assert.equal(atLeast([1, 95, 0], [1, 95, 0]), true);
  assert.equal(atLeast([1, 9, 9], [1, 95, 0]), false);
});

test("a cargo program in another version does not count as installed", () => {
  const list = "cargo-deny v0.20.2:\n    cargo-deny\ntauri-driver v2.0.5:\n    tauri-driver\n";
  assert.equal(isListed(list, "cargo-deny", "0.20.2"), true);
  assert.equal(isListed(list, "tauri-driver", "2.1.0"), false);
  assert.equal(isListed(list, "tauri", undefined), false);
  assert.equal(isListed(null, "cargo-nextest", undefined), false);
});

test("a window needs a display on Linux only", () => {
  assert.equal(hasDisplay({}, "linux"), false);
  assert.equal(hasDisplay({ DISPLAY: ":0" }, "linux"), true);
  assert.equal(hasDisplay({ WAYLAND_DISPLAY: "wayland-0" }, "linux"), true);
  assert.equal(hasDisplay({}, "darwin"), true);
});

test("what is compiled goes where the environment says", () => {
  assert.equal(targetDir({ CARGO_TARGET_DIR: "/elsewhere" }), "/elsewhere");
  assert.equal(targetDir({ XDG_CACHE_HOME: "/cache" }), join("/cache", "cloche", "target"));
});

test("library links of the embedded PostgreSQL are made once and lead to the library", (t) => {
  const root = folder(t);
  const lib = join(root, "native", "lib");
  mkdirSync(lib, { recursive: true });
  writeFileSync(join(lib, "libicuuc.so.60.2"), "library");
  writeFileSync(
    join(root, "native", "pg-symlinks.json"),
    JSON.stringify([{ source: "native/lib/libicuuc.so.60.2", target: "native/lib/libicuuc.so.60" }]),
  );
  assert.equal(hydrate(root), 1);
  assert.equal(readFileSync(join(lib, "libicuuc.so.60"), "utf8"), "library");
  assert.equal(readlinkSync(join(lib, "libicuuc.so.60")), "libicuuc.so.60.2", "the folder may be moved");
  assert.equal(hydrate(root), 0);
});

test("a package without a list of links is left alone", (t) => {
  const root = folder(t);
  assert.equal(hydrate(root), 0);
  assert.equal(existsSync(join(root, "native")), false);
});

test("the UI is built again when a file is edited, added or removed, and not otherwise", (t) => {
  const root = folder(t);
  mkdirSync(join(root, "ui", "src"), { recursive: true });
  writeFileSync(join(root, "ui", "src", "a.ts"), "1");
  const seen = [fingerprint(root, ["ui", "not-there.ts"])];
  assert.equal(fingerprint(root, ["ui", "not-there.ts"]), seen[0]);
  writeFileSync(join(root, "ui", "src", "a.ts"), "2");
  seen.push(fingerprint(root, ["ui"]));
  writeFileSync(join(root, "ui", "src", "b.ts"), "");
  seen.push(fingerprint(root, ["ui"]));
  rmSync(join(root, "ui", "src", "a.ts"));
  seen.push(fingerprint(root, ["ui"]));
  assert.equal(new Set(seen).size, 4);
});
