import type { TaskRow } from "@/ipc/types";
import { cx } from "../class-names";
import { useMinute } from "../now";
import { useFormat } from "../session";
import { type DueWords, dueWords } from "./due";

const tones: Record<DueWords["tone"], string> = {
  late: "font-medium text-danger",
  soon: "font-medium text-warn",
  calm: "text-text-2",
};

type Props = {
  row: Pick<TaskRow, "due_at" | "status" | "time_zone">;
  /** Below each other instead of beside each other. */
  stacked?: boolean;
  className?: string;
};

/** How far off, and the day and clock at the event's place, which is named where its clock is another. */
export function Due({ row, stacked, className }: Props) {
  const format = useFormat();
  const words = dueWords(row, format, useMinute());
  if (!words) {
    return <span className={cx("text-text-3", className)}>no due time</span>;
  }
  return (
    <time
      dateTime={row.due_at ?? undefined}
      title={`${words.absolute} (${row.time_zone})`}
      className={cx(stacked ? "grid" : "flex gap-2", "min-w-0", className)}
    >
      {words.relative ? (
        <span className={cx("shrink-0 whitespace-nowrap", tones[words.tone])}>{words.relative}</span>
      ) : null}
      <span className={cx("truncate", words.relative ? "text-text-3" : "text-text-2")}>
        {words.absolute}
        {words.zone ? ` ${words.zone}` : null}
      </span>
    </time>
  );
}
