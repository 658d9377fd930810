/** Programs that a story starts. Each gets a process group of its own, so that nothing it starts outlives the story. */
import { spawn } from "node:child_process";
import { createWriteStream, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";

const running = new Set();
process.on("exit", () => {
  for (const program of running) {
    program.kill("SIGKILL");
  }
});

/** Asks again and again until `look` answers something; fails with `what` in its sentence after `patience` ms. */
export async function eventually(what, look, patience = 20_000) {
  const until = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found) {
      return found;
    }
    if (Date.now() > until) {
      throw new Error(`Waited ${patience / 1000} s in vain: ${what}`);
    }
    await new Promise((go) => setTimeout(go, 25));
  }
}

/** Starts `command` (as `account`, where one is given); its output goes to `log`. `stdin` is written and closed; `pipe3` asks for a readable fourth channel. */
export function startProgram(command, args, { env, log, stdin, account, pipe3 = false, patience = 2000 }) {
  const child = spawn(command, args, {
    env,
    ...account,
    detached: true,
    stdio: ["pipe", "pipe", "pipe", ...(pipe3 ? ["pipe"] : [])],
  });
  const file = createWriteStream(log, { flags: "a" });
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  child.stdin.on("error", () => {});
  child.stdin.end(stdin ?? "");
  const program = {
    pid: child.pid,
    channel: pipe3 ? child.stdio[3] : null,
    ended: new Promise((settle) => {
      child.once("error", (error) => {
        file.write(`${command}: ${error.message}\n`);
        settle();
      });
      child.once("exit", settle);
    }),
    kill(signal = "SIGTERM") {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The whole group has ended already.
      }
    },
    /** Asks to end, insists after `patience` ms, and waits for it. */
    async stop() {
      program.kill("SIGTERM");
      const insist = setTimeout(() => program.kill("SIGKILL"), patience);
      await program.ended;
      clearTimeout(insist);
      program.kill("SIGKILL");
      running.delete(program);
    },
  };
  running.add(program);
  return program;
}

/** A port that was free a moment ago; the system hands them out in turn, so two askers rarely meet. */
export function freePort() {
  return new Promise((settle, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => settle(port));
    });
  });
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

/** Processes below `pid`, near ones first, each with the program it runs. */
export function descendants(pid) {
  const children = new Map();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const parent = Number(
        readFileSync(`/proc/${name}/stat`, "utf8")
          .replace(/^.*\) \S /s, "")
          .split(" ")[0],
      );
      children.set(parent, [
        ...(children.get(parent) ?? []),
        { pid: Number(name), program: readlinkSync(`/proc/${name}/exe`) },
      ]);
    } catch {
      // It ended while it was looked at.
    }
  }
  const found = [...(children.get(pid) ?? [])];
  for (const each of found) {
    found.push(...(children.get(each.pid) ?? []));
  }
  return found;
}
