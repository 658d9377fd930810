/** A package on a system that has never seen Cloche: installed, used, removed. */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { megabytes } from "../../scripts/lib/bundle.mjs";
import { closeWindow } from "../harness/close-window.mjs";
import { useThisComputer as beginHere, upToDate } from "../harness/office.mjs";
import { eventually } from "../harness/programs.mjs";
import { story } from "../harness/story.mjs";
import { figure } from "./figures.mjs";
import { InstalledDesk, running, startInstalled, visibleWindow } from "./installed-desk.mjs";
import { SOMEBODY, System } from "./system.mjs";

const DEB = process.env.CLOCHE_DEB;
const POSTGRES = "/usr/lib/Cloche/postgres/bin/postgres";

/** No library that the program or its PostgreSQL asks for is missing. */
function everyLibraryIsThere(system) {
  const runs = ["-type", "f", "(", "-perm", "/111", "-o", "-name", "*.so*", ")"];
  const files = system
    .must("find", "/usr/bin/cloche", "/usr/lib/Cloche", ...runs)
    .trim()
    .split("\n");
  assert.ok(files.includes(POSTGRES));
  const missing = files.filter((file) => system.run("ldd", file).stdout.includes("not found"));
  assert.deepEqual(missing, [], "libraries are missing");
}

function theDesktopKnowsIt(system) {
  const entry = system.read("/usr/share/applications/Cloche.desktop");
  assert.match(entry, /^Exec=cloche %u$/m, "a link is handed over");
  assert.match(entry, /^MimeType=x-scheme-handler\/cloche;$/m);
  system.must("desktop-file-validate", "/usr/share/applications/Cloche.desktop");
  system.must("appstreamcli", "validate", "--no-net", "/usr/share/metainfo/app.cloche.desk.metainfo.xml");
  assert.ok(system.has("/usr/share/icons/hicolor/128x128/apps/cloche.png"));
  assert.ok(system.has("/usr/share/doc/cloche/copyright"));
}

/** Opens the window as a click on the icon does, and closes it again. */
async function opensByItself(system, ana) {
  const begun = Date.now();
  const program = startInstalled(system, ana);
  const window = await eventually(
    "the window is shown",
    () => {
      const [pid] = running(ana);
      return pid ? visibleWindow(ana, pid) : null;
    },
    60_000,
  );
  figure("Very first start, until the window is shown", `${Date.now() - begun} ms`);
  await closeWindow(ana.env.DISPLAY, window);
  await program.ended;
  assert.deepEqual(running(ana), [], "closing the only window ends the program");
}

/** An office begins on this computer and is still there the next day. */
async function anOfficeWorks(system, ana) {
  const desk = await InstalledDesk.start(system, ana);
  await desk.screen.see("heading", "Welcome to Cloche");
  await desk.picture("installed-first-run");
  await beginHere(desk.screen);
  await upToDate(desk.screen);
  await desk.picture("installed-today");
  assert.ok(
    running(ana, POSTGRES).length > 0,
    "PostgreSQL runs from where the package put it, as the person",
  );
  await desk.close();
  await eventually("PostgreSQL stops with the window", () => running(ana, POSTGRES).length === 0);
  const again = await InstalledDesk.start(system, ana);
  await upToDate(again.screen);
  await again.close();
}

story("a fresh system takes the package, runs it and gives it back", async ({ person, after, logs }) => {
  assert.ok(DEB, "CLOCHE_DEB names the package; `npm run test:release` sets it");
  const system = await System.make(logs);
  after(async () => system.remove());
  copyFileSync(DEB, join(system.root, "cloche.deb"));
  const count = () => system.must("dpkg-query", "-W").trim().split("\n").length;

  const before = count();
  system.must("apt-get", "install", "-y", "/cloche.deb");
  figure("Package for Debian", `${megabytes(statSync(DEB).size)} MB`);
  figure("Installed", `${(Number(system.installed("Installed-Size")) / 1024).toFixed(1)} MiB`);
  figure("Packages that a bare system needs beside it", String(count() - before - 1));
  everyLibraryIsThere(system);
  const ana = await person({ name: "fresh", account: SOMEBODY });
  await opensByItself(system, ana);

  // From here on with programs that a person's computer does not need. What the system holds without Cloche is taken
  // down now, and compared after all is done.
  system.must("apt-get", "install", "-y", "webkit2gtk-driver", "desktop-file-utils", "appstream");
  theDesktopKnowsIt(system);
  system.must("dpkg", "--purge", "cloche");
  const without = system.files();

  system.must("dpkg", "--install", "/cloche.deb");
  await anOfficeWorks(system, ana);
  system.must("dpkg", "--purge", "cloche");
  assert.deepEqual(system.files(), without, "nothing of Cloche is left in the system");
  const data = join(ana.env.XDG_DATA_HOME, "cloche");
  assert.ok(existsSync(join(data, "server")), "the person's own data stays");
  assert.match(readFileSync(join(data, "desk.json"), "utf8"), /Cocina del Olivar/);
});
