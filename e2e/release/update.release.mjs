/** An installed Cloche replaces itself with a newer one, and with nothing else. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../../scripts/lib/run.mjs";
import { closeWindow } from "../harness/close-window.mjs";
import { upToDate, useThisComputer } from "../harness/office.mjs";
import { eventually } from "../harness/programs.mjs";
import { story } from "../harness/story.mjs";
import { figure } from "./figures.mjs";
import { InstalledDesk, running, visibleWindow } from "./installed-desk.mjs";
import { NEW, OLD, signing } from "./packages.mjs";
import { SOMEBODY, System } from "./system.mjs";
import { UpdateServer } from "./update-server.mjs";

const FORGED = "was not signed by the makers of this Cloche, so it was ignored";
const DAMAGED = "damaged or was not signed by the makers of this Cloche, so it was not installed";
const NEWEST = "This is the newest version.";
const day = 86_400_000;

/** Stands in for the system's password dialog, which needs a person: yes as long as `/etc/yes` is there. */
const PKEXEC = '#!/bin/sh\n[ -e /etc/yes ] && exec sudo -n "$@"\nexit 126\n';

function allow(system, yes) {
  system.run(yes ? "touch" : "rm", "/etc/yes");
  const rule = yes ? "nobody ALL=(ALL) NOPASSWD: /usr/bin/dpkg\n" : "";
  system.write("/etc/sudoers.d/updates", rule, 0o440);
}

function prepare(system, { packages }) {
  for (const version of [OLD, NEW]) {
    copyFileSync(packages[version], join(system.root, `${version}.deb`));
  }
  system.must("apt-get", "install", "-y", `/${OLD}.deb`, "webkit2gtk-driver", "sudo");
  system.write("/usr/local/bin/pkexec", PKEXEC, 0o755);
}

/** A package's signature by another key, for the version that it claims. */
function signedBy(key, file, version) {
  const folder = mkdtempSync(join(tmpdir(), "cloche-sign-"));
  try {
    const copy = join(folder, "package.deb");
    copyFileSync(file, copy);
    const sign = ["signer", "sign", "--app-version", version, copy];
    const done = spawnSync("tauri", sign, { env: environment(signing(key)), encoding: "utf8" });
    assert.equal(done.status, 0, done.stderr);
    return readFileSync(`${copy}.sig`, "utf8").trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function checkNow(desk, expected) {
  await desk.go("/settings/about");
  await desk.screen.click("button", "Check now");
  await desk.screen.reads(expected, 30_000);
}

/** What the server announces is refused with `sentence`, and leaves no trace. */
async function refused(desk, server, answer, sentence) {
  const before = desk.remembered()?.highest;
  server.answer = await answer;
  await checkNow(desk, sentence);
  assert.deepEqual(desk.remembered()?.highest, before, "what is refused is not remembered");
}

/** The server's announcement holds, but its package does not: it is offered, fetched and thrown away. */
async function thrownAway(desk, server, answer) {
  server.answer = await answer;
  await checkNow(desk, "is out.");
  await desk.screen.click("button", "Update now");
  await desk.screen.reads(DAMAGED, 60_000);
}

/** Announcements that are not the makers' own, or not of today. Two that are told alike never follow each other. */
async function announcementsAreRefused(desk, server) {
  const genuine = await server.release(NEW);
  await refused(desk, server, server.release(NEW, { key: server.keys.other }), FORGED);
  const monthOld = { now: new Date(Date.now() - 31 * day), days: 30 };
  await refused(desk, server, server.release(NEW, monthOld), "expired on");
  const statement = genuine.cloche.statement.replaceAll(NEW, "99.0.0");
  const inflated = { ...genuine, version: "99.0.0", cloche: { ...genuine.cloche, statement } };
  await refused(desk, server, inflated, FORGED);
  await refused(desk, server, { ...genuine, cloche: undefined }, "is not signed, so it was ignored");
  // The words around the statement are not believed: an old release does not become a new one by its label.
  server.answer = { ...(await server.release(OLD)), version: "99.0.0" };
  await checkNow(desk, NEWEST);
}

/** Packages that are not what was announced: not even whoever may announce can give an old one a new number. */
async function packagesAreThrownAway(desk, server) {
  await thrownAway(desk, server, server.release(NEW, { packaged: OLD }));
  const signature = signedBy(server.keys.other, server.packages[NEW], NEW);
  await thrownAway(desk, server, server.release(NEW, { signature }));
  server.share = 0.5;
  await thrownAway(desk, server, server.release(NEW));
  server.share = 1;
}

/** The page itself can neither look for updates nor install any. */
async function thePageHasNoSay(desk) {
  await assert.rejects(desk.ask("plugin:updater|check", { allowDowngrades: true }), /not allowed/);
}

/** Waits until Cloche has closed, installed what it was to install, and opened again; answers the new process. */
async function comesBack(ana, before) {
  await eventually("Cloche closes", () => !running(ana).includes(before), 60_000);
  return eventually("Cloche opens again by itself", () => running(ana).at(0), 60_000);
}

/** The window that opened by itself is nobody's to drive: it is closed as a person would, and opened again. */
async function openedAnew(system, ana, desk, pid) {
  const window = await eventually("its window is shown", () => visibleWindow(ana, pid), 60_000);
  await closeWindow(ana.env.DISPLAY, window);
  await eventually("Cloche ends", () => running(ana).length === 0, 60_000);
  await desk.driver.stop();
  const again = await InstalledDesk.start(system, ana);
  await upToDate(again.screen);
  return again;
}

/** Fetched with one click, installed with another: nothing closes because a download ended. */
async function updateNow(desk) {
  await desk.screen.click("button", "Update now");
  await desk.screen.click("button", "Restart now", { patience: 60_000 });
}

/** Without the password Cloche goes on as it was, and says so. */
async function declined(system, ana, desk, server) {
  allow(system, false);
  server.answer = await server.release(NEW);
  await checkNow(desk, `Version ${NEW} is out.`);
  await desk.screen.reads(`What is new in ${NEW}.`);
  await desk.picture("update-offered");
  const before = desk.pid;
  await updateNow(desk);
  const after = await comesBack(ana, before);
  assert.equal(system.installed(), OLD);
  await eventually("the next start has looked at how it ended", () => desk.remembered().attempt === null);
  return openedAnew(system, ana, desk, after);
}

async function updated(system, ana, desk) {
  allow(system, true);
  await checkNow(desk, `Version ${NEW} is out.`);
  const before = desk.pid;
  const begun = Date.now();
  await updateNow(desk);
  const after = await comesBack(ana, before);
  figure("An update, from the click until it runs", `${((Date.now() - begun) / 1000).toFixed(1)} s`);
  assert.equal(system.installed(), NEW);
  const again = await openedAnew(system, ana, desk, after);
  assert.equal((await again.ask("update_status")).current, NEW);
  await again.go("/settings/about");
  await again.picture("updated");
  return again;
}

/** The genuine old release, announced again, is not taken back. */
async function neverBack(desk, server) {
  await refused(desk, server, server.release(OLD), `offered version ${OLD}, which is older than ${NEW}`);
}

/** Leaves what was fetched to the next close, closes Cloche and waits for what happens then. */
async function leaveItToTheClose(desk, ana) {
  await checkNow(desk, `Version ${NEW} is out.`);
  await desk.screen.click("button", "Update now");
  await desk.screen.reads("It is here and is installed as soon as you quit Cloche.", 60_000);
  await desk.close();
  assert.deepEqual(running(ana), [], "nothing opens by itself");
}

/** Back by hand, and then at the next close: without the password the next start says so, with it all is done. */
async function atQuit(system, ana, desk, server) {
  await desk.close();
  system.must("dpkg", "--install", `/${OLD}.deb`);
  const old = await InstalledDesk.start(system, ana);
  await upToDate(old.screen);
  await refused(old, server, server.release(OLD), `offered version ${OLD}, which is older than ${NEW}`);
  server.answer = await server.release(NEW);
  allow(system, false);
  await leaveItToTheClose(old, ana);
  assert.equal(system.installed(), OLD);

  const still = await InstalledDesk.start(system, ana);
  await upToDate(still.screen);
  await still.go("/settings/about");
  await still.screen.reads(`Version ${NEW} could not be installed. The system did not install the package`);
  allow(system, true);
  await leaveItToTheClose(still, ana);
  assert.equal(system.installed(), NEW);
}

story("an installed Cloche updates itself, and refuses everything else", async ({ person, after, logs }) => {
  const note = process.env.CLOCHE_UPDATE_PACKAGES;
  assert.ok(note, "CLOCHE_UPDATE_PACKAGES names the packages; `npm run test:release` sets it");
  const given = JSON.parse(readFileSync(note, "utf8"));
  const server = await UpdateServer.open(given);
  after(() => server.close());
  const system = await System.make(logs);
  after(async () => system.remove());
  prepare(system, given);
  allow(system, true);
  assert.equal(system.installed(), OLD);

  const ana = await person({ name: "update", account: SOMEBODY });
  let desk = await InstalledDesk.start(system, ana);
  await useThisComputer(desk.screen);
  await thePageHasNoSay(desk);
  await announcementsAreRefused(desk, server);
  await packagesAreThrownAway(desk, server);
  desk = await declined(system, ana, desk, server);
  desk = await updated(system, ana, desk);
  await neverBack(desk, server);
  assert.equal(system.installed(), NEW);
  await atQuit(system, ana, desk, server);
});
