/** Words for the person at the terminal. Tools print their own details below a line of ours. */

/** A reason to stop that is the user's to read: shown as it stands, without a stack. */
export class Stop extends Error {}

export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Runs a script's body: its number becomes the exit code, a {@link Stop} its sentence. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    process.stderr.write(error instanceof Stop ? `${error.message}\n` : `${error.stack}\n`);
    process.exitCode = 1;
  }
}
