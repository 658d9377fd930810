/** How many tests passed and failed, read from what each runner prints or writes. */
import { stripVTControlCharacters } from "node:util";

/** @typedef {{ passed: number, failed: number }} Count */

/** @returns {Count} */
export const none = () => ({ passed: 0, failed: 0 });

export function add(...counts) {
  const sum = none();
  for (const { passed, failed } of counts) {
    sum.passed += passed;
    sum.failed += failed;
  }
  return sum;
}

export const closingLine = ({ passed, failed }) => `${passed} passed, ${failed} failed`;

/** A runner that failed without a failed test (it did not compile, it crashed) counts as one failure. */
export function blame(count, code) {
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

/** A step that either holds or does not. */
export const fromExit = (code) => (code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

/** `Summary [ 1.2s] 3/45 tests run: 2 passed, 1 failed, 0 skipped`: tests that never ran failed too. */
export function fromNextest(output) {
  const plain = stripVTControlCharacters(output);
  const found = /Summary \[[^\]]*\]\s+(?:(\d+)\/)?(\d+) tests? run: (\d+) passed/.exec(plain);
  if (!found) {
    return none();
  }
  const passed = Number(found[3]);
  return { passed, failed: Number(found[2]) - passed };
}

/** `test result: ok. 3 passed; 0 failed; …`, one line per crate. */
export function fromCargoTest(output) {
  const lines = stripVTControlCharacters(output).matchAll(/^test result: .*?(\d+) passed; (\d+) failed;/gm);
  return add(...[...lines].map(([, passed, failed]) => ({ passed: Number(passed), failed: Number(failed) })));
}

/** Node's own runner: `# pass 3` or `ℹ pass 3`; a cancelled test did not pass. */
export function fromNode(output) {
  const plain = stripVTControlCharacters(output);
  const last = (word) =>
    Number([...plain.matchAll(new RegExp(`^(?:#|ℹ) ${word} (\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
  return { passed: last("pass"), failed: last("fail") + last("cancelled") };
}

/** Vitest's JSON report; a file that could not be read has no tests but fails. */
export function fromVitest(report) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(report);
  const unread = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  return { passed: numPassedTests, failed: numFailedTests + unread.length };
}
