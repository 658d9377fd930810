/** A story: a test whose persons, windows and servers are gone when it ends, and which shows what was seen when it fails. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { Person } from "./person.mjs";

export const ARTIFACTS = join(import.meta.dirname, "..", "artifacts");

/** @param {(scene: { person: (options: object) => Promise<Person>, after: (end: () => Promise<void>) => void, logs: string }) => Promise<void>} body */
export function story(name, body) {
  const slug = name.replace(/[^a-z0-9]+/gi, "-").toLowerCase();
  test(name, async (t) => {
    const logs = join(ARTIFACTS, "logs", slug);
    rmSync(logs, { recursive: true, force: true });
    mkdirSync(logs, { recursive: true });
    const persons = [];
    const ends = [];
    const person = async (options) => {
      const sat = await Person.sitDown({ logs, ...options });
      persons.push(sat);
      return sat;
    };
    // Here and not in `finally`, so that it also happens when the story takes too long.
    t.after(async () => {
      for (const each of persons) {
        await each.leave();
      }
      for (const end of ends) {
        await end();
      }
    });
    try {
      await body({ person, logs, after: (end) => ends.push(end) });
    } catch (error) {
      for (const desk of persons.flatMap((each) => each.desks).filter((each) => each.isOpen())) {
        await desk.screen.keep(join(logs, `${desk.person.name}-saw-last`)).catch(() => {});
      }
      for (const each of persons) {
        each.keepLogs();
      }
      throw error;
    }
  });
}
