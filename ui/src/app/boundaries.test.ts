import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({
    path: relative(root, join(root, path)).replaceAll("\\", "/"),
    text: readFileSync(join(root, path), "utf8"),
  }));
const imports = (text: string) =>
  [...text.matchAll(/from "([^"]+)"|import\("([^"]+)"\)/g)].map((match) => match[1] ?? match[2] ?? "");

it("only ipc talks to the shell", () => {
  const others = files.filter(({ path }) => !path.startsWith("ipc/") && !path.startsWith("testing/"));
  expect(
    others
      .filter(({ text }) => imports(text).some((from) => from.startsWith("@tauri-apps/")))
      .map((file) => file.path),
  ).toEqual([]);
});

it("features do not know each other, and components do not know features", () => {
  const wrong = files.flatMap(({ path, text }) => {
    const own = /^features\/([^/]+)\//.exec(path)?.[1];
    const shared = path.startsWith("components/") || path.startsWith("ipc/");
    return imports(text)
      .map(
        (from) =>
          /^@\/features\/([^/]+)/.exec(from)?.[1] ??
          (from.startsWith("@/app/") && (own || shared) ? "app" : undefined),
      )
      .filter((feature) => feature !== undefined && (shared || (own !== undefined && feature !== own)))
      .map((feature) => `${path} → ${feature}`);
  });
  expect(wrong).toEqual([]);
});

it("no file is longer than 300 lines", () => {
  const long = files.filter(
    ({ path, text }) => !/bindings\.ts$|\.test\.|^testing\//.test(path) && text.split("\n").length > 301,
  );
  expect(long.map((file) => file.path)).toEqual([]);
});
