/** docs/RESULTS.md holds what was last measured; each part is written by the command that measures it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** `text` with the part called `name` replaced, or added at the end. */
export function withPart(text, name, part) {
  const [begin, end] = [`<!-- ${name}: written by a script -->`, `<!-- ${name}: end -->`];
  const block = `${begin}\n${part.trim()}\n${end}`;
  const from = text.indexOf(begin);
  const until = text.indexOf(end);
  if (from >= 0 && until > from) {
    return `${text.slice(0, from)}${block}${text.slice(until + end.length)}`;
  }
  return `${text.trimEnd()}\n\n${block}\n`;
}

export function writePart(path, name, part) {
  const before = existsSync(path)
    ? readFileSync(path, "utf8")
    : "# Results\n\nWhat was run, when, and what came out.\n";
  writeFileSync(path, withPart(before, name, part));
}
