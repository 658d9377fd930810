/** When a task is due, in words: how far off, and the day and clock of its event's place. */
import type { TaskRow } from "@/ipc/types";
import type { Format } from "../format";
import { wallTime } from "../wall-time";

export type DueWords = {
  /** `3 h late`, `in 40 min`, `tomorrow`; empty for what is done or far off. */
  relative: string;
  /** `Sat 21 Nov, 13:00` on the event's clock. */
  absolute: string;
  /** The zone's name where its clock differs from this desk's. */
  zone: string | null;
  tone: "late" | "soon" | "calm";
};

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The calendar days from `now` to `instant` on the clocks of `zone`. */
function daysBetween(now: number, instant: number, zone: string): number {
  const start = (at: number) =>
    Date.parse(`${wallTime(new Date(at).toISOString(), zone).slice(0, 10)}T00:00Z`);
  return Math.round((start(instant) - start(now)) / day);
}

function late(by: number, format: Format): string {
  if (by < hour) {
    return `${Math.max(1, Math.floor(by / minute))} min late`;
  }
  if (by < 2 * day) {
    return `${Math.floor(by / hour)} h late`;
  }
  return `${format.number(Math.floor(by / day))} days late`;
}

function ahead(now: number, due: number, zone: string): string {
  const left = due - now;
  if (left < minute) {
    return "now";
  }
  if (left < hour) {
    return `in ${Math.floor(left / minute)} min`;
  }
  const days = daysBetween(now, due, zone);
  if (days === 0 || left < 12 * hour) {
    return `in ${Math.floor(left / hour)} h`;
  }
  if (days === 1) {
    return "tomorrow";
  }
  return days <= 21 ? `in ${days} days` : "";
}

/** `now` is truncated to the minute: a task is late from the first whole minute after it was due. */
export function dueWords(
  row: Pick<TaskRow, "due_at" | "status" | "time_zone">,
  format: Format,
  now: number,
): DueWords | null {
  if (row.due_at === null) {
    return null;
  }
  const due = Date.parse(row.due_at);
  const at = Math.floor(now / minute) * minute;
  const absolute = `${format.day(row.due_at, row.time_zone)}, ${format.time(row.due_at, row.time_zone)}`;
  const zone = format.zoneNote(row.due_at, row.time_zone);
  if (row.status === "completed") {
    return { relative: "", absolute, zone, tone: "calm" };
  }
  if (due < at) {
    return { relative: late(at - due, format), absolute, zone, tone: "late" };
  }
  return {
    relative: ahead(at, due, row.time_zone),
    absolute,
    zone,
    tone: due - at <= day ? "soon" : "calm",
  };
}
