/** A throw-away server with a seeded organization, as `npm run server` starts it. */
import { eventually, startProgram } from "./programs.mjs";
import { readFileSync } from "node:fs";

/** Answers `{ link, people, stop }`; people have an e-mail and a password, the administrator first. */
export async function startServer({ logs, env = process.env }) {
  const log = `${logs}/server.log`;
  const program = startProgram(process.env.CLOCHE_DEV_SERVER, ["--json"], { env, log });
  const ready = await eventually(
    "the server is ready",
    () => readFileSync(log, "utf8").split("\n").find((line) => line.startsWith("{") && line.endsWith("}")),
    60_000,
  );
  return { ...JSON.parse(ready), stop: () => program.stop() };
}
