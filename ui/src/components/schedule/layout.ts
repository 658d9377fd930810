/** Where a schedule's bookings stand on the days shown. Minutes of the day, by the organization's clocks. */
import { addDays } from "@/components/days";
import { dayStart, wallTime } from "@/components/wall-time";
import type { BookingRow, ResourceRow, ResourceSchedule, ScheduleClash } from "@/ipc/types";

const whole = 24 * 60;

export type Bar = {
  booking: BookingRow;
  from: number;
  to: number;
  /** Minutes shown before and after it in which the resource is held all the same. */
  before: number;
  after: number;
  lane: number;
  /** It came over from the day before, or goes on the next day. */
  came: boolean;
  goes: boolean;
  /** It is too much on this very day, and nobody accepted that. */
  clash: boolean;
};
export type Step = { from: number; to: number; booked: number };
export type DayLayout = {
  day: string;
  bars: Bar[];
  lanes: number;
  steps: Step[];
  peak: number;
  clashes: { from: number; to: number; clash: ScheduleClash }[];
};

type Buffer = Pick<ResourceRow, "setup_minutes" | "teardown_minutes">;

/** Turns instants into minutes of one day; what lies outside it is cut at midnight. */
function ruler(day: string, zone: string) {
  const starts = Date.parse(dayStart(day, zone));
  const ends = Date.parse(dayStart(addDays(day, 1), zone));
  const ordinary = ends - starts === whole * 60_000;
  const minute = (instant: number): number => {
    if (instant <= starts) {
      return 0;
    }
    if (instant >= ends) {
      return whole;
    }
    if (ordinary) {
      return (instant - starts) / 60_000;
    }
    // The day of a clock change has 23 or 25 hours: what the clock on the wall shows is what counts.
    const [hours = 0, minutes = 0] = wallTime(new Date(instant).toISOString(), zone)
      .slice(11)
      .split(":")
      .map(Number);
    return hours * 60 + minutes;
  };
  return { starts, ends, minute };
}

/** The lowest lane that is free again by `from`. */
function laneFor(ends: number[], from: number, to: number): number {
  const free = ends.findIndex((end) => end <= from);
  const lane = free < 0 ? ends.length : free;
  ends[lane] = to;
  return lane;
}

export function layOut(
  days: string[],
  schedule: ResourceSchedule,
  buffer: Buffer,
  zone: string,
): DayLayout[] {
  const entries = schedule.entries
    .map((booking) => ({
      booking,
      from: Date.parse(booking.starts_at),
      to: Date.parse(booking.ends_at),
      setup: booking.kind === "block" ? 0 : buffer.setup_minutes * 60_000,
      teardown: booking.kind === "block" ? 0 : buffer.teardown_minutes * 60_000,
    }))
    .sort((a, b) => a.from - b.from || b.to - a.to);
  const span = (one: { starts_at: string; ends_at: string }) => ({
    from: Date.parse(one.starts_at),
    to: Date.parse(one.ends_at),
  });
  const load = schedule.load.map((step) => ({ ...span(step), booked: step.booked }));
  const clashes = schedule.clashes.map((clash) => ({ ...span(clash), clash }));
  return days.map((day) => {
    const { starts, ends, minute } = ruler(day, zone);
    const inside = (one: { from: number; to: number }) => one.from < ends && one.to > starts;
    const lanes: number[] = [];
    const trouble = clashes
      .filter(inside)
      .map(({ from, to, clash }) => ({ from: minute(from), to: minute(to), clash }));
    const bars = entries.filter(inside).map((entry): Bar => {
      const from = minute(entry.from);
      const to = minute(entry.to);
      const before = from - minute(entry.from - entry.setup);
      const after = minute(entry.to + entry.teardown) - to;
      return {
        booking: entry.booking,
        from,
        to,
        before,
        after,
        lane: laneFor(lanes, from - before, Math.max(to + after, from + 1)),
        came: entry.from < starts,
        goes: entry.to > ends,
        clash:
          entry.booking.clashes &&
          entry.booking.override_reason === null &&
          trouble.some((one) => one.from < to + after && one.to > from - before),
      };
    });
    const steps = load
      .filter(inside)
      .map((step) => ({ from: minute(step.from), to: minute(step.to), booked: step.booked }));
    return {
      day,
      bars,
      lanes: lanes.length,
      steps,
      peak: Math.max(0, ...steps.map((step) => step.booked)),
      clashes: trouble,
    };
  });
}
