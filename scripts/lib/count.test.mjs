import assert from "node:assert/strict";
import test from "node:test";
import {
  add,
  blame,
  closingLine,
  fromCargoTest,
  fromExit,
  fromNextest,
  fromNode,
  fromVitest,
} from "./count.mjs";

test("nextest's summary is read through its colours", () => {
  const line =
    "\u001b[32;1m     Summary\u001b[0m [   3.214s] \u001b[1m12\u001b[0m tests run: \u001b[1m12\u001b[0m \u001b[32;1mpassed\u001b[0m (1 slow), \u001b[1m3\u001b[0m skipped\n";
  assert.deepEqual(fromNextest(line), { passed: 12, failed: 0 });
});

test("tests that nextest never came to have failed", () => {
  assert.deepEqual(fromNextest("     Summary [ 1.0s] 3/45 tests run: 2 passed, 1 failed, 0 skipped"), {
    passed: 2,
    failed: 43,
  });
});

test("a test that timed out did not pass", () => {
  assert.deepEqual(
    fromNextest("Summary [ 1.0s] 5 tests run: 3 passed (2 slow), 1 failed, 1 timed out, 0 skipped"),
    { passed: 3, failed: 2 },
  );
});

test("a run that did not compile counts as one failure", () => {
  assert.deepEqual(blame(fromNextest("error: could not compile `domain`"), 101), { passed: 0, failed: 1 });
});

test("a failing exit is not counted twice", () => {
  assert.deepEqual(blame({ passed: 4, failed: 2 }, 1), { passed: 4, failed: 2 });
});

test("cargo's own test lines are added up over the crates", () => {
  const output =
    "test result: ok. 2 passed; 0 failed; 0 ignored\n\ntest result: FAILED. 1 passed; 3 failed; 0 ignored\n";
  assert.deepEqual(fromCargoTest(output), { passed: 3, failed: 3 });
});

test("Node's runner is read in both its spellings", () => {
  assert.deepEqual(fromNode("# tests 4\n# pass 3\n# fail 1\n# cancelled 0\n"), { passed: 3, failed: 1 });
  assert.deepEqual(fromNode("ℹ tests 4\nℹ pass 2\nℹ fail 1\nℹ cancelled 1\n"), { passed: 2, failed: 2 });
});

test("a test's own output is not taken for the runner's", () => {
  assert.deepEqual(fromNode("# pass 99\nmore\n# pass 3\n# fail 0\n"), { passed: 3, failed: 0 });
});

test("a Vitest file that could not be read is a failure", () => {
  const report = {
    numPassedTests: 7,
    numFailedTests: 1,
    testResults: [
      { status: "failed", assertionResults: [] },
      { status: "failed", assertionResults: [{ status: "failed" }] },
      { status: "passed", assertionResults: [{ status: "passed" }] },
    ],
  };
  assert.deepEqual(fromVitest(JSON.stringify(report)), { passed: 7, failed: 2 });
});

test("the closing line adds all runners up", () => {
  assert.equal(closingLine(add(fromExit(0), fromExit(1), { passed: 10, failed: 0 })), "11 passed, 1 failed");
});
