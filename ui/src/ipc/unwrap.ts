/** From the shell's answers to plain values and one kind of thrown error. */
import type { AppError } from "./bindings";

/** What a command's answer holds once a refusal has been thrown. */
export type Unwrapped<R> = R extends { status: "ok"; data: infer T }
  ? T
  : R extends { status: "error" }
    ? never
    : R;

/** A refusal or failure as the shell worded it; `message` is a finished sentence. */
export class CommandError extends Error {
  readonly code: AppError["code"];
  readonly field: string | null;
  readonly details: AppError["details"];
  readonly reference: string | null;

  constructor(error: AppError) {
    super(error.message);
    // Not an assignment to `this.name`: with a frozen prototype that would throw.
    Object.defineProperty(this, "name", { value: "CommandError" });
    this.code = error.code;
    this.field = error.field ?? null;
    this.details = error.details ?? null;
    this.reference = error.reference ?? null;
  }
}

type MaybeResult = { status: "ok"; data: unknown } | { status: "error"; error: AppError };

/** The value of an answer; throws {@link CommandError} where the shell refused. */
export function unwrap<R>(answer: R): Unwrapped<R> {
  if (typeof answer === "object" && answer !== null && "status" in answer) {
    const result = answer as unknown as MaybeResult;
    if (result.status === "ok") {
      return result.data as Unwrapped<R>;
    }
    if (result.status === "error") {
      throw new CommandError(result.error);
    }
  }
  return answer as Unwrapped<R>;
}

/** Any thrown thing as a {@link CommandError}: what did not come from the shell is an internal fault. */
export function asCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) {
    return error;
  }
  const shaped = error as Partial<AppError> | null;
  if (
    typeof shaped === "object" &&
    shaped !== null &&
    "code" in shaped &&
    typeof shaped.message === "string"
  ) {
    return new CommandError(shaped as AppError);
  }
  return new CommandError({
    code: "internal",
    message: "Something went wrong in this window. Nothing was lost; please try again.",
    field: null,
    details: null,
    reference: null,
  });
}

/** The `kind` of a refusal's details, e.g. `no_keychain` or `undo_blocked`. */
export function refusalKind(error: CommandError): string | null {
  const details = error.details;
  if (typeof details === "object" && details !== null && !Array.isArray(details)) {
    const kind = details.kind;
    return typeof kind === "string" ? kind : null;
  }
  return null;
}
