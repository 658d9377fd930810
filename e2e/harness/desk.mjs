/** Cloche's real window, driven through tauri-driver and WebKit's own driver. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { remote } from "webdriverio";
import { built } from "../../scripts/lib/rust.mjs";
import { closeWindow } from "./close-window.mjs";
import { descendants, eventually, freePort, isAlive, startProgram } from "./programs.mjs";
import { Screen } from "./screen.mjs";

/** The program under test: what `npm test` built, unless the environment names another. */
export const program = process.env.CLOCHE_APP ?? built("cloche");

function driverProgram() {
  const home = process.env.CARGO_INSTALL_ROOT || process.env.CARGO_HOME || join(homedir(), ".cargo");
  const installed = join(home, "bin", "tauri-driver");
  return existsSync(installed) ? installed : "tauri-driver";
}

function nativeDriver() {
  return process.env.PATH.split(delimiter)
    .map((folder) => join(folder, "WebKitWebDriver"))
    .find((path) => existsSync(path));
}

export class Desk {
  static async open(person, env) {
    const desk = new Desk();
    desk.person = person;
    const port = await freePort();
    const nativePort = await freePort();
    desk.driver = startProgram(
      driverProgram(),
      ["--port", String(port), "--native-port", String(nativePort), "--native-driver", nativeDriver()],
      { env: { ...person.env, ...env }, log: person.log("desk") },
    );
    try {
      await eventually("the driver answers", () =>
        fetch(`http://127.0.0.1:${nativePort}/status`).then(
          (reply) => reply.ok,
          () => false,
        ),
      );
      await desk.connect(port, { "tauri:options": { application: program } });
      desk.pid = descendants(desk.driver.pid).find((each) => each.program === program)?.pid;
    } catch (error) {
      await desk.kill();
      throw error;
    }
    return desk;
  }

  /** Has the driver at `port` open the window. */
  async connect(port, wanted) {
    this.browser = await remote({
      hostname: "127.0.0.1",
      port,
      logLevel: "error",
      connectionRetryCount: 0,
      connectionRetryTimeout: 60_000,
      waitforTimeout: 10_000,
      waitforInterval: 50,
      // WebKit's driver knows no BiDi and refuses sessions that ask for it.
      capabilities: { "wdio:enforceWebDriverClassic": true, ...wanted },
    });
    this.screen = new Screen(this.browser);
  }

  isOpen() {
    return this.pid !== undefined && isAlive(this.pid);
  }

  /** Saves a picture of the window's pages below e2e/artifacts. */
  async picture(name) {
    const folder = join(import.meta.dirname, "..", "artifacts");
    mkdirSync(folder, { recursive: true });
    await this.browser.saveScreenshot(join(folder, `${name}.png`));
  }

  /** The window's number in X11. */
  async window() {
    const found = spawnSync("xdotool", ["search", "--onlyvisible", "--pid", String(this.pid)], {
      env: this.person.env,
      encoding: "utf8",
    });
    return Number(found.stdout.trim().split("\n").at(-1));
  }

  /** Closes the window as a person does, and waits until the program has ended by itself. */
  async close() {
    await closeWindow(this.person.env.DISPLAY, await this.window());
    await eventually("Cloche ends after its window was closed", () => !isAlive(this.pid));
    await this.kill();
  }

  /** Ends the program without a warning, as a power cut does. PostgreSQL is left as it is. */
  async kill() {
    if (this.isOpen()) {
      process.kill(this.pid, "SIGKILL");
    }
    await this.driver.stop();
  }
}
