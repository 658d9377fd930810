/** A throw-away server with a seeded organization, as `npm run server` starts it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { built } from "../../scripts/lib/rust.mjs";
import { eventually, startProgram } from "./programs.mjs";

/** Answers `{ link, people, stop }`: each of `people` has an e-mail and a password, the administrator comes first. */
export async function startServer({ logs, after }, { events = 200 } = {}) {
  const log = join(logs, "server.log");
  writeFileSync(log, "");
  const program = startProgram(built("dev-server"), ["--json", "--events", String(events)], {
    env: process.env,
    log,
    patience: 20_000,
  });
  after(() => program.stop());
  const ready = await eventually(
    "the server is ready",
    () =>
      readFileSync(log, "utf8")
        .split("\n")
        .find((line) => line.startsWith('{"') && line.endsWith("}")),
    60_000,
  );
  return { ...JSON.parse(ready), stop: () => program.stop() };
}
