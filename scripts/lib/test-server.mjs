/** The throw-away PostgreSQL that all Rust tests of one run share; each test takes its own database in it. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun, run } from "./run.mjs";
import { buildPrograms, built } from "./rust.mjs";
import { say } from "./say.mjs";

/** Starts the server, hands `body` the environment that tests find it by, and stops it whatever happens. */
export async function withTestServer(body) {
  await buildPrograms();
  const folder = mkdtempSync(join(tmpdir(), "cloche-test-"));
  // PostgreSQL refuses to run as root and then runs as somebody else, who must get in.
  chmodSync(folder, 0o755);
  const env = { CLOCHE_TEST_RUN: folder };
  // Ctrl-C ends the tests by itself; this process stays to stop the server.
  const stay = () => say("Stopping");
  process.on("SIGINT", stay);
  try {
    say("Starting the test server");
    await mustRun("The test server did not start.", built("test-server"), ["start"], { env });
    return await body(env);
  } finally {
    await run(built("test-server"), ["stop"], { env });
    rmSync(folder, { recursive: true, force: true });
    process.off("SIGINT", stay);
  }
}
