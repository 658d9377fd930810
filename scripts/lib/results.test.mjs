import assert from "node:assert/strict";
import test from "node:test";
import { withPart } from "./results.mjs";

test("a part is added once and then replaced, and what others wrote stays", () => {
  const first = withPart("# Results\n\nBy hand.\n", "release", "one");
  assert.match(first, /By hand\.\n\n<!-- release: written by a script -->\none\n<!-- release: end -->\n$/);
  const second = withPart(`${first}\nAfter it.\n`, "release", "two");
  assert.match(second, /By hand\.[\s\S]*two[\s\S]*After it\.\n$/);
  assert.doesNotMatch(second, /one/);
});
