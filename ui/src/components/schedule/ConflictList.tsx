import { useFormat } from "@/components/session";
import type { ScheduleConflict } from "@/ipc/types";

/** What stands in the way: which event, when, how many. */
export function ConflictList({ conflicts, zone }: { conflicts: ScheduleConflict[]; zone?: string }) {
  const format = useFormat();
  return (
    <ul aria-label="In the way" className="grid gap-0.5">
      {conflicts.map((one) => (
        <li key={one.entry_id} className="flex flex-wrap gap-x-2">
          <b className="font-semibold">
            <bdi>{one.title}</bdi>
          </b>
          <span className="text-text-2">
            {format.span(one.starts_at, one.ends_at, zone)}
            {one.quantity > 1 ? `, ${format.number(one.quantity)} of them` : ""}
            {one.kind === "block" ? ", blocked" : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}
