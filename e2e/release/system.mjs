/**
 * A freshly installed Debian to install Cloche in: made once by debootstrap, thrown away after each story. It shares
 * this computer's kernel, network and /tmp (where screens and message buses are), and nothing else.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "../../scripts/lib/run.mjs";
import { Stop, say } from "../../scripts/lib/say.mjs";

const MIRROR = process.env.CLOCHE_DEBIAN_MIRROR ?? "http://deb.debian.org/debian";
const SUITE = "bookworm";
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "cloche", "release");

/** Mounts that live and end with the one program they are made for. */
const ENTER = `
set -e
root=$1; shift
for shared in dev proc sys tmp; do mount --rbind /$shared "$root/$shared"; done
mount --bind "$CLOCHE_DEBS" "$root/var/cache/apt/archives"
exec "$@"
`;

/** An unprivileged person whom every system knows. */
export const SOMEBODY = { uid: 65534, gid: 65534 };

async function base() {
  const folder = join(CACHE, SUITE);
  if (existsSync(join(folder, ".ready"))) {
    return folder;
  }
  say(`Making a fresh Debian (${SUITE}) with debootstrap (once)`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const args = ["--variant=minbase", "--include=ca-certificates", SUITE, folder, MIRROR];
  await mustRun("A fresh Debian could not be made; is its mirror reachable?", "debootstrap", args);
  writeFileSync(join(folder, ".ready"), "");
  return folder;
}

export class System {
  static async make(logs) {
    if (process.getuid?.() !== 0) {
      throw new Stop("Release tests install packages into a system of their own, which takes root.");
    }
    const lower = await base();
    const system = new System();
    system.log = join(logs, "system.log");
    system.folder = mkdtempSync(join(tmpdir(), "cloche-system-"));
    const [upper, work] = ["upper", "work"].map((name) => join(system.folder, name));
    system.root = join(system.folder, "root");
    for (const path of [upper, work, system.root, join(CACHE, "debs", "partial")]) {
      mkdirSync(path, { recursive: true });
    }
    const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    const mounted = spawnSync("mount", ["-t", "overlay", "overlay", "-o", layers, system.root]);
    if (mounted.status !== 0) {
      throw new Error(`The fresh system cannot be mounted: ${mounted.stderr}`);
    }
    // Packages must not start services here: they would be this computer's.
    system.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", 0o755);
    system.write(
      "/etc/apt/apt.conf.d/90test",
      'APT::Install-Recommends "false";\nAPT::Sandbox::User "root";\n',
    );
    system.write("/etc/resolv.conf", readFileSync("/etc/resolv.conf", "utf8"));
    system.must("apt-get", "update");
    return system;
  }

  /** A command line of this computer that runs `command` inside. */
  enter(command, args, { user } = {}) {
    const as = user ? [`--userspec=${user.uid}:${user.gid}`] : [];
    const inside = ["/usr/sbin/chroot", ...as, this.root, command, ...args];
    const unshare = ["--mount", "--propagation", "private", "sh", "-c", ENTER, "enter", this.root, ...inside];
    return { command: "unshare", args: unshare, env: { CLOCHE_DEBS: join(CACHE, "debs") } };
  }

  run(command, ...args) {
    const inside = this.enter(command, args);
    const done = spawnSync(inside.command, inside.args, {
      env: {
        ...inside.env,
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        DEBIAN_FRONTEND: "noninteractive",
        LC_ALL: "C.UTF-8",
      },
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    writeFileSync(this.log, `$ ${[command, ...args].join(" ")}\n${done.stdout}${done.stderr}`, { flag: "a" });
    return done;
  }

  /** Like {@link run}; answers what it printed and fails where it failed. */
  must(command, ...args) {
    const done = this.run(command, ...args);
    if (done.status !== 0) {
      throw new Error(
        `“${[command, ...args].join(" ")}” failed (see ${this.log}): ${done.stderr.slice(-2000)}`,
      );
    }
    return done.stdout;
  }

  write(path, text, mode = 0o644) {
    rmSync(join(this.root, path), { force: true });
    writeFileSync(join(this.root, path), text, { mode });
  }

  read(path) {
    return readFileSync(join(this.root, path), "utf8");
  }

  has(path) {
    return existsSync(join(this.root, path));
  }

  /** What the package manager says of Cloche, e.g. its `Version`; null where it is not installed. */
  installed(field = "Version") {
    const said = this.run("dpkg", "--status", "cloche").stdout;
    const there = said.includes("Status: install ok installed");
    return there ? (new RegExp(`^${field}: (.+)$`, "m").exec(said)?.[1] ?? null) : null;
  }

  /** Every file of the system itself, without what the package manager notes for itself. */
  files() {
    const found = this.must("find", "/", "-xdev", "-not", "-type", "d", "-printf", "%p %s\\n");
    const notes =
      /^\/(tmp|proc|sys|dev|run|var\/lib\/(dpkg|apt)|var\/log|var\/cache|root|etc\/ld\.so\.cache)(\/| |$)/;
    return found
      .trim()
      .split("\n")
      .filter((line) => !notes.test(line))
      .sort();
  }

  remove() {
    spawnSync("umount", ["--lazy", this.root]);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
