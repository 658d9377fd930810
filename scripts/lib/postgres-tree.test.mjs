import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { hasLinks, stagePostgres } from "./postgres-tree.mjs";

function tree(t) {
  const root = mkdtempSync(join(tmpdir(), "cloche-scripts-"));
  t.after(() => rmSync(root, { recursive: true }));
  const native = join(root, "native");
  const put = (path, content = "") => {
    mkdirSync(dirname(join(native, path)), { recursive: true });
    writeFileSync(join(native, path), content);
  };
  put("bin/postgres", "\0libicuuc.so.60\0libc.so.6\0");
  put("bin/initdb", "\0libc.so.6\0");
  put("bin/pg_ctl", "\0libc.so.6\0");
  put("bin/pg_dump", "\0libpq.so.5\0");
  put("lib/libicuuc.so.60.2", "ICU \0libicudata.so.60\0");
  put("lib/libicudata.so.60.2", "data");
  put("lib/libpq.so.5.17", "\0");
  for (const name of ["libicuuc", "libicudata"]) {
    symlinkSync(`${name}.so.60.2`, join(native, "lib", `${name}.so.60`));
    symlinkSync(`${name}.so.60.2`, join(native, "lib", `${name}.so`));
  }
  put("lib/libpgport.a");
  put("lib/postgresql/btree_gist.so", "\0libc.so.6\0");
  put("lib/postgresql/plpython3.so", "\0libpython3.so\0");
  put("share/postgresql/postgres.bki");
  put("share/postgresql/extension/btree_gist.control");
  put("share/postgresql/extension/btree_gist--1.7.sql");
  put("share/postgresql/extension/plpython3u.control");
  return { native, to: join(root, "staged") };
}

test("a package gets what PostgreSQL runs with, under the names that it asks for, without links", (t) => {
  const { native, to } = tree(t);
  stagePostgres(native, to);
  const has = (path) => {
    try {
      return readFileSync(join(to, path), "utf8") !== null;
    } catch {
      return false;
    }
  };
  assert.equal(readFileSync(join(to, "lib/libicudata.so.60"), "utf8"), "data", "asked for by a library");
  assert.ok(has("bin/postgres") && has("lib/libicuuc.so.60") && has("lib/postgresql/btree_gist.so"));
  assert.ok(has("share/postgresql/postgres.bki"));
  assert.ok(has("share/postgresql/extension/btree_gist--1.7.sql"));
  for (const path of ["lib/libicuuc.so", "lib/libicuuc.so.60.2", "lib/libpgport.a", "bin/pg_dump"]) {
    assert.equal(has(path), false, `${path} is of no use`);
  }
  assert.equal(has("lib/postgresql/plpython3.so"), false, "nobody may load another language");
  assert.equal(has("share/postgresql/extension/plpython3u.control"), false);
  assert.equal(hasLinks(to), false);
});

test("a checkout without PostgreSQL cannot be packaged", (t) => {
  const { to } = tree(t);
  assert.throws(() => stagePostgres(join(to, "nowhere"), to), /no PostgreSQL/);
});
