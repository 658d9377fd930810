/** What the shell says two people changed at once. */
import { z } from "@/components/zod";
import type { CommandError } from "@/ipc/unwrap";

const shape = z.object({
  fields: z
    .array(
      z.object({
        field: z.string(),
        yours: z.unknown(),
        theirs: z.unknown(),
        before: z.unknown(),
      }),
    )
    .min(1),
});

export type Clash = { field: string; yours: unknown; theirs: unknown; before: unknown };

/** The clashing fields of a conflict; null for any other error. */
export function clashesOf(error: CommandError): Clash[] | null {
  if (error.code !== "conflict") {
    return null;
  }
  const parsed = shape.safeParse(error.details);
  return parsed.success ? (parsed.data.fields as Clash[]) : null;
}

/** A value of unknown kind as text. */
export function asText(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}
