/** Starting other programs. Each returns when the program has ended; none throws for a non-zero exit. */
import { spawn, spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { ROOT } from "./paths.mjs";
import { Stop } from "./say.mjs";

const WINDOWS = process.platform === "win32";

/** Programs installed by npm come first, so a script works without `npx`. */
export function environment(extra = {}) {
  const bin = join(ROOT, "node_modules", ".bin");
  // What goes into a file or a CI log is read without a terminal.
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: "1" };
  return { ...process.env, ...plain, PATH: `${bin}${delimiter}${process.env.PATH}`, ...extra };
}

function start(command, args, options, stdio) {
  return spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: environment(options.env),
    stdio,
    // npm's programs are .cmd files there, which only a shell starts.
    shell: WINDOWS,
  });
}

function ended(child, command) {
  return new Promise((settle, reject) => {
    child.once("error", (error) =>
      reject(error.code === "ENOENT" ? new Stop(`The program “${command}” is not on this computer.`) : error),
    );
    child.once("close", (code, signal) => settle(code ?? (signal ? 1 : 0)));
  });
}

/** Runs a program that talks to the terminal itself; answers its exit code. */
export function run(command, args, options = {}) {
  return ended(start(command, args, options, "inherit"), command);
}

/** Like {@link run}, and also keeps what it printed. */
export async function runKeeping(command, args, options = {}) {
  const child = start(command, args, options, ["ignore", "pipe", "pipe"]);
  const kept = [];
  const pass = (from, to) =>
    from.on("data", (chunk) => {
      kept.push(chunk);
      to.write(chunk);
    });
  pass(child.stdout, process.stdout);
  pass(child.stderr, process.stderr);
  const code = await ended(child, command);
  return { code, output: Buffer.concat(kept).toString("utf8") };
}

/** Like {@link run}, but shows what the program printed only where it failed. */
export async function runQuietly(command, args, options = {}) {
  const child = start(command, args, options, ["inherit", "pipe", "pipe"]);
  const kept = [];
  child.stdout.on("data", (chunk) => kept.push(chunk));
  child.stderr.on("data", (chunk) => kept.push(chunk));
  const code = await ended(child, command);
  if (code !== 0) {
    process.stderr.write(Buffer.concat(kept));
  }
  return code;
}

/** Runs a program, and stops with `sentence` when it fails. */
export async function mustRun(sentence, command, args, options = {}) {
  if ((await run(command, args, options)) !== 0) {
    throw new Stop(sentence);
  }
}

/** What a program prints, or null where it is missing or fails. */
export function ask(command, args, options = {}) {
  const done = spawnSync(command, args, {
    cwd: ROOT,
    env: environment(options.env),
    encoding: "utf8",
    shell: WINDOWS,
  });
  return done.status === 0 ? done.stdout : null;
}

/** npm, as the one that started us: another version would judge the lock file differently. */
export function npm(args) {
  const own = process.env.npm_execpath;
  return own ? [process.execPath, [own, ...args]] : ["npm", args];
}
