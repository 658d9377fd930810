import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { newStatement, platformOf, renewed, signedPackages } from "./manifest.mjs";

const NOW = new Date("2026-11-20T08:00:00Z");
const RELEASE = { version: "0.2.0", notes: "Faster mornings.\n", platforms: {}, now: NOW };

test("every package is for the system that its name says", () => {
  assert.equal(platformOf("Cloche_0.2.0_amd64.deb"), "linux-x86_64-deb");
  assert.equal(platformOf("Cloche-0.2.0-1.x86_64.rpm"), "linux-x86_64-rpm");
  assert.equal(platformOf("Cloche_0.2.0_x64-setup.exe"), "windows-x86_64-nsis");
  assert.equal(platformOf("Cloche_0.2.0_x64_en-US.msi"), "windows-x86_64-msi");
  assert.equal(platformOf("Cloche_aarch64.app.tar.gz"), "darwin-aarch64-app");
  assert.equal(platformOf("Cloche_0.2.0_aarch64.dmg"), null, "no updater installs a disk image");
  assert.equal(platformOf("Cloche_0.2.0_amd64.deb.sig"), null);
});

test("a package without a signature stops the release", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "cloche-scripts-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const name = "Cloche_0.2.0_amd64.deb";
  writeFileSync(join(folder, name), "package");
  assert.throws(() => signedPackages(folder, "https://example.org/0.2.0"), /has no signature/);
  writeFileSync(join(folder, `${name}.sig`), "signature\n");
  assert.deepEqual(signedPackages(folder, "https://example.org/0.2.0/"), {
    "linux-x86_64-deb": { url: `https://example.org/0.2.0/${name}`, signature: "signature" },
  });
});

test("a statement holds for its days and no longer than desks accept", () => {
  assert.equal(newStatement(RELEASE).expires, "2026-12-20T08:00:00.000Z");
  assert.equal(newStatement({ ...RELEASE, days: 90 }).expires, "2027-02-18T08:00:00.000Z");
  assert.throws(() => newStatement({ ...RELEASE, days: 91 }), /1 to 90 days/);
  assert.throws(() => newStatement({ ...RELEASE, rollout: 101 }), /0 to 100/);
});

test("renewing changes the dates, and the share only where one is given", () => {
  const first = newStatement({ ...RELEASE, rollout: 5 });
  const manifest = { cloche: { statement: JSON.stringify(first) } };
  const later = new Date("2026-12-01T08:00:00Z");
  const again = renewed(manifest, { now: later });
  assert.deepEqual({ ...again, published: first.published, expires: first.expires }, first);
  assert.equal(again.expires, "2026-12-31T08:00:00.000Z");
  assert.equal(renewed(manifest, { now: later, rollout: 25 }).rollout, 25);
});
