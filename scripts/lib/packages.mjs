/** System packages: which are needed, which are missing, and installing them where that can be done. */
import { ask, runQuietly } from "./run.mjs";
import { Stop, say } from "./say.mjs";

/** To build and run the window and its encrypted database. */
export const TO_BUILD = ["build-essential", "libssl-dev", "libwebkit2gtk-4.1-dev", "pkg-config"];

/** To drive the real window without a screen, with a real keyring. */
export const TO_TEST = ["dbus-x11", "gnome-keyring", "webkit2gtk-driver", "xdotool", "xvfb"];

const ELSEWHERE = {
  dnf: "sudo dnf install gcc gcc-c++ make openssl-devel perl-core pkgconf webkit2gtk4.1-devel",
  pacman: "sudo pacman -S --needed base-devel openssl pkgconf webkit2gtk-4.1",
  zypper: "sudo zypper install gcc gcc-c++ make libopenssl-devel pkgconf webkit2gtk3-devel",
};

/** Picks from `wanted` what `dpkg --status` does not describe as installed. */
export function missingFrom(wanted, dpkg) {
  const installed = new Set();
  for (const description of dpkg.split(/^(?=Package: )/m)) {
    if (/^Status: install ok installed$/m.test(description)) {
      installed.add(/^Package: (.+)$/m.exec(description)?.[1]);
    }
  }
  return wanted.filter((name) => !installed.has(name));
}

function missing(wanted) {
  // One question per package: dpkg fails as a whole when it has never heard of one of them.
  return missingFrom(wanted, wanted.map((name) => ask("dpkg", ["--status", name]) ?? "").join("\n"));
}

/** The words before `apt-get`: none for root, else sudo, which may ask for a password. */
export function asRoot(uid, hasSudo) {
  if (uid === 0) {
    return [];
  }
  return hasSudo ? ["sudo"] : null;
}

async function apt(before, args) {
  const quiet = ["-q", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=300"];
  const [command, ...rest] = [
    ...before,
    "env",
    "DEBIAN_FRONTEND=noninteractive",
    "apt-get",
    ...quiet,
    ...args,
  ];
  return (await runQuietly(command, rest)) === 0;
}

async function installWithApt(names) {
  const byHand = `apt-get install ${names.join(" ")}`;
  const before = asRoot(process.getuid(), ask("sudo", ["--version"]) !== null);
  if (!before) {
    throw new Stop(`Cloche needs some system packages, and there is no sudo here. As root, run: ${byHand}`);
  }
  say(`Installing system packages: ${names.join(", ")}`);
  if (!(await apt(before, ["update"]))) {
    throw new Stop("The list of system packages could not be brought up to date; is this computer online?");
  }
  if (!(await apt(before, ["install", "-y", "--no-install-recommends", ...names]))) {
    throw new Stop(`The system packages could not be installed. Try by hand: ${byHand}`);
  }
}

/** Makes sure that `wanted` is there, or stops with what to install. */
export async function ensurePackages(wanted) {
  if (process.platform === "linux") {
    if (ask("apt-get", ["--version"]) !== null) {
      const names = missing(wanted);
      return names.length > 0 ? installWithApt(names) : undefined;
    }
    if (ask("pkg-config", ["--exists", "webkit2gtk-4.1"]) === null) {
      const tool = Object.keys(ELSEWHERE).find((name) => ask(name, ["--version"]) !== null);
      throw new Stop(
        `Cloche needs a C compiler, pkg-config, and the development files of OpenSSL and WebKitGTK 4.1.${tool ? ` Install them with: ${ELSEWHERE[tool]}` : ""}`,
      );
    }
  }
  if (process.platform === "darwin" && ask("xcode-select", ["-p"]) === null) {
    throw new Stop("Cloche needs Apple's command line tools. Install them with: xcode-select --install");
  }
}
