/** The Cloche that was installed from its package, in its own system, as an unprivileged person. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { Desk } from "../harness/desk.mjs";
import { descendants, eventually, freePort, isAlive, startProgram } from "../harness/programs.mjs";

const PROGRAM = "/usr/bin/cloche";

/** What the person's programs are told inside: their home and screen, and the system's own programs. */
function environment(person) {
  return {
    ...person.env,
    PATH: "/usr/local/bin:/usr/bin:/bin",
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
  };
}

/** Starts the installed program as a click on its icon does. */
export function startInstalled(system, person, env = {}) {
  const inside = system.enter(PROGRAM, [], { user: person.account });
  const program = startProgram(inside.command, inside.args, {
    env: { ...environment(person), ...inside.env, ...env },
    log: person.log("installed"),
  });
  person.programs.unshift(program);
  return program;
}

/** Processes of the person that run the installed program or its PostgreSQL. */
export function running(person, program = PROGRAM) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const mine = readFileSync(`/proc/${pid}/status`, "utf8").includes(`Uid:\t${person.account.uid}\t`);
        const exe = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
        return mine && exe.endsWith(program) && isAlive(Number(pid));
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** The number of the window that `pid` shows; null while it shows none. */
export function visibleWindow(person, pid) {
  const ask = ["search", "--onlyvisible", "--pid", String(pid)];
  const found = spawnSync("xdotool", ask, { env: person.env, encoding: "utf8" }).stdout.trim();
  return found ? Number(found.split("\n").at(-1)) : null;
}

export class InstalledDesk extends Desk {
  static async start(system, person, env = {}) {
    const desk = new InstalledDesk();
    desk.person = person;
    const port = await freePort();
    const inside = system.enter("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
      user: person.account,
    });
    desk.driver = startProgram(inside.command, inside.args, {
      // What Tauri's own driver tells a program that is to be driven.
      env: {
        ...environment(person),
        TAURI_AUTOMATION: "true",
        TAURI_WEBVIEW_AUTOMATION: "true",
        ...inside.env,
        ...env,
      },
      log: person.log("desk"),
    });
    person.desks.push(desk);
    await eventually("the driver answers", () =>
      fetch(`http://127.0.0.1:${port}/status`).then(
        (reply) => reply.ok,
        () => false,
      ),
    );
    await desk.connect(port, { "webkitgtk:browserOptions": { binary: PROGRAM, args: [] } });
    desk.pid = descendants(desk.driver.pid).find((each) => each.program.endsWith(PROGRAM))?.pid;
    return desk;
  }

  /** Opens a page of the window by its address. */
  async go(address) {
    await this.browser.execute((to) => {
      window.location.hash = to;
    }, `#${address}`);
  }

  /** What the shell answers when the page calls one of its commands. */
  async ask(command, input = {}) {
    const { answer, error } = await this.browser.executeAsync(
      (name, given, done) => {
        window.__TAURI_INTERNALS__.invoke(name, given).then(
          (said) => done({ answer: said }),
          (refused) => done({ error: JSON.stringify(refused) }),
        );
      },
      command,
      input,
    );
    if (error) {
      throw new Error(error);
    }
    return answer;
  }

  /** What Cloche remembers of updates on this computer. */
  remembered() {
    const file = join(this.person.env.XDG_DATA_HOME, "cloche", "updates.json");
    return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
  }
}
