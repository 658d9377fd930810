/** One person at one computer: a screen, a home of their own, a message bus and an unlocked keyring. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Desk } from "./desk.mjs";
import { eventually, isAlive, startProgram } from "./programs.mjs";

const ROOT_USER = process.getuid?.() === 0;

/** A message bus that starts nothing by itself: what a story did not start is not there. */
const BUS = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=FOLDER/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/** What a story's programs see of this computer: nothing of the person who runs the tests. */
function environment(home, { zone, dark }) {
  const folder = (name, mode = 0o755) => {
    const path = join(home, name);
    mkdirSync(path, { recursive: true, mode });
    return path;
  };
  return {
    PATH: process.env.PATH,
    LANG: "C.UTF-8",
    TZ: zone,
    HOME: home,
    XDG_DATA_HOME: folder("data"),
    XDG_CONFIG_HOME: folder("config"),
    XDG_CACHE_HOME: folder("cache"),
    XDG_STATE_HOME: folder("state"),
    XDG_RUNTIME_DIR: folder("run", 0o700),
    GDK_BACKEND: "x11",
    NO_AT_BRIDGE: "1",
    GTK_THEME: dark ? "Adwaita:dark" : "Adwaita",
    // WebKit's own sandbox refuses to start as root, as in a container.
    ...(ROOT_USER ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" } : {}),
  };
}

function firstLine(channel) {
  return new Promise((settle, reject) => {
    let read = "";
    channel.on("data", (chunk) => {
      read += chunk;
      if (read.includes("\n")) {
        settle(read.split("\n")[0]);
      }
    });
    channel.once("end", () => reject(new Error("It ended before it said anything; its log tells why.")));
  });
}

export class Person {
  /** `logs` is a folder; `zone` the computer's time zone; `keyring: false` leaves out the keyring; `account` is somebody else's uid and gid. */
  static async sitDown({ name, logs, zone = "Europe/Madrid", dark = false, keyring = true, account }) {
    const person = new Person();
    person.name = name;
    person.account = account;
    person.log = (program) => join(logs, `${name}-${program}.log`);
    person.home = mkdtempSync(join(tmpdir(), "cloche-e2e-"));
    // As root PostgreSQL runs as somebody else, who must be able to get in.
    chmodSync(person.home, 0o755);
    person.env = environment(person.home, { zone, dark });
    if (account) {
      for (const path of [person.home, ...readdirSync(person.home).map((name) => join(person.home, name))]) {
        chownSync(path, account.uid, account.gid);
      }
    }
    person.programs = [];
    person.desks = [];
    try {
      await person.#turnOnScreen();
      await person.#startBus();
      if (keyring) {
        await person.#unlockKeyring();
      }
    } catch (error) {
      await person.leave();
      throw error;
    }
    return person;
  }

  #start(command, args, options = {}) {
    const program = startProgram(command, args, {
      env: this.env,
      log: this.log(command.toLowerCase()),
      account: this.account,
      ...options,
    });
    this.programs.unshift(program);
    return program;
  }

  async #turnOnScreen() {
    const screen = this.#start(
      "Xvfb",
      ["-displayfd", "3", "-screen", "0", "1920x1080x24", "-nolisten", "tcp", "-ac"],
      { pipe3: true },
    );
    this.env.DISPLAY = `:${await firstLine(screen.channel)}`;
  }

  async #startBus() {
    const config = join(this.home, "bus.conf");
    writeFileSync(config, BUS.replace("FOLDER", this.env.XDG_RUNTIME_DIR));
    const args = [`--config-file=${config}`, "--nofork", "--nopidfile", "--print-address=3"];
    const bus = this.#start("dbus-daemon", args, { pipe3: true });
    this.env.DBUS_SESSION_BUS_ADDRESS = await firstLine(bus.channel);
  }

  /** A real Secret Service; its keyring is made, locked with a throw-away password and unlocked by the same. */
  async #unlockKeyring() {
    this.#start("gnome-keyring-daemon", ["--foreground", "--unlock", "--components=secrets"], {
      stdin: "throw-away",
    });
    const ask = [
      "org.freedesktop.DBus.Properties.Get",
      "string:org.freedesktop.Secret.Collection",
      "string:Locked",
    ];
    const collection = ["--dest=org.freedesktop.secrets", "/org/freedesktop/secrets/aliases/default"];
    await eventually("the keyring is unlocked", () => {
      const asked = spawnSync("dbus-send", ["--session", "--print-reply", ...collection, ...ask], {
        env: this.env,
        ...this.account,
        encoding: "utf8",
      });
      return asked.stdout.includes("boolean false");
    });
  }

  /** Opens Cloche's window. `env` adds to this person's environment. */
  async openDesk(env = {}) {
    const desk = await Desk.open(this, env);
    this.desks.push(desk);
    return desk;
  }

  /** PostgreSQL servers that Cloche started for this person and that still run. */
  servers() {
    return readdirSync(this.home, { recursive: true })
      .filter((path) => path.endsWith("postmaster.pid"))
      .map((path) => Number(readFileSync(join(this.home, path), "utf8").split("\n")[0]))
      .filter(isAlive);
  }

  /** Keeps what Cloche and its PostgreSQL wrote down, for whoever looks into a failed story. */
  keepLogs() {
    for (const path of readdirSync(this.home, { recursive: true }).filter((name) => name.endsWith(".log"))) {
      copyFileSync(join(this.home, path), this.log(basename(path, ".log")));
    }
  }

  /** Ends everything of this person and removes the home. */
  async leave() {
    for (const desk of this.desks) {
      await desk.kill();
    }
    for (const pid of this.servers()) {
      process.kill(pid, "SIGINT");
      await eventually("PostgreSQL stops", () => !isAlive(pid));
    }
    for (const program of this.programs) {
      await program.stop();
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
