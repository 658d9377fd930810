/** The shell's refusal of what clashes, taken apart: one booking, or all those of an event that moves. */
import { z } from "@/components/zod";
import type { ScheduleConflict } from "@/ipc/types";
import { type CommandError, refusalKind } from "@/ipc/unwrap";

const conflict = z.object({
  entry_id: z.string(),
  event_id: z.string().nullable().catch(null),
  title: z.string(),
  starts_at: z.string(),
  ends_at: z.string(),
  quantity: z.number().catch(1),
  kind: z.enum(["assignment", "block"]).catch("assignment"),
});
const one = z.object({
  resource: z.string().nullable().catch(null),
  conflicts: z.array(conflict).catch([]),
});
const clash = one.extend({ may_override: z.boolean().catch(false) });
const moving = z.object({
  clashes: z.array(one).catch([]),
  may_override: z.boolean().catch(false),
});

/** What is wanted, and what stands in its way; nothing where it is not available at all. */
type Wanted = { resource: string | null; conflicts: ScheduleConflict[] };
export type Refused = { message: string; clashes: Wanted[]; may_override: boolean };

/** What clashes; null for any other error. */
export function refusedClash(error: CommandError | null): Refused | null {
  if (!error) {
    return null;
  }
  const { message } = error;
  switch (refusalKind(error)) {
    case "clash": {
      const { data } = clash.safeParse(error.details);
      return data ? { message, clashes: [data], may_override: data.may_override } : null;
    }
    case "moving_clashes": {
      const { data } = moving.safeParse(error.details);
      return data ? { message, ...data } : null;
    }
    default:
      return null;
  }
}
