/** A booking's two wall times while they are being typed: they move together. */
import { TZDate } from "@date-fns/tz";
import type { Wall } from "@/components/WallTimeFields";
import { addToWall, wallChoice, wallTime } from "@/components/wall-time";
import type { WallVerdict } from "@/ipc/types";

export type BookingWindow = {
  start: Wall;
  end: Wall;
  /** How long it last was: kept while a start is half typed. */
  minutes: number;
};

const isWall = (wall: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall);
const text = (wall: Wall) => `${wall.day}T${wall.time}`;
const minutesBetween = (start: Wall, end: Wall) =>
  (Date.parse(`${text(end)}Z`) - Date.parse(`${text(start)}Z`)) / 60_000;

function wallOf(instant: string, zone: string): Wall {
  const [day = "", time = ""] = wallTime(instant, zone).split("T");
  return { day, time, choice: wallChoice(instant, zone) };
}

export function windowOf(starts: string, ends: string, zone: string): BookingWindow {
  const start = wallOf(starts, zone);
  const end = wallOf(ends, zone);
  return { start, end, minutes: minutesBetween(start, end) };
}

/** As the shell takes it; null while it is no two times yet. */
export function localsOf({ start, end }: BookingWindow) {
  if (!isWall(text(start)) || !isWall(text(end))) {
    return null;
  }
  return {
    starts_local: text(start),
    ends_local: text(end),
    starts_choice: start.choice,
    ends_choice: end.choice,
  };
}

/** A new start; the end keeps its distance. */
export function withStart(window: BookingWindow, patch: Partial<Wall>): BookingWindow {
  const start = { ...window.start, choice: null, ...patch };
  if (!isWall(text(start)) || !isWall(text(window.end))) {
    return { ...window, start };
  }
  const [day = "", time = ""] = addToWall(text(start), window.minutes).split("T");
  return { ...window, start, end: { day, time, choice: null } };
}

export function withEnd(window: BookingWindow, patch: Partial<Wall>): BookingWindow {
  const end = { ...window.end, choice: null, ...patch };
  const minutes =
    isWall(text(window.start)) && isWall(text(end)) ? minutesBetween(window.start, end) : window.minutes;
  return { ...window, end, minutes: minutes > 0 ? minutes : window.minutes };
}

/** Both times moved by so many minutes of the clock face. */
export function nudged(window: BookingWindow, minutes: number): BookingWindow {
  if (!isWall(text(window.start))) {
    return window;
  }
  const [day = "", time = ""] = addToWall(text(window.start), minutes).split("T");
  return withStart(window, { day, time });
}

/** The instant that `wall` means in `zone`; where it means two, one of them: only for looking around. */
export function aboutInstant(wall: string, zone: string): string {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = wall.split(/\D/).map(Number);
  return new Date(new TZDate(year, month - 1, day, hour, minute, zone).getTime()).toISOString();
}

export type WindowErrors = {
  startDay?: string | undefined;
  startTime?: string | undefined;
  endDay?: string | undefined;
  endTime?: string | undefined;
};

function missing({ day, time }: Wall) {
  return {
    day: /^\d{4}-\d\d-\d\d$/.test(day) ? undefined : day === "" ? "Give a date." : "That is not a date.",
    time: /^\d\d:\d\d$/.test(time) ? undefined : time === "" ? "Give a time." : "That is not a time of day.",
  };
}

function undecided(verdict: WallVerdict | null, wall: Wall): string | undefined {
  return (verdict?.kind === "skipped" || verdict?.kind === "repeated") && wall.choice === null
    ? "Choose which of the two times is meant."
    : undefined;
}

/** What is wrong with the times as far as this side knows; null where nothing is. */
export function windowErrors(
  window: BookingWindow,
  verdicts: { starts_at: WallVerdict; ends_at: WallVerdict } | null,
): WindowErrors | null {
  const start = missing(window.start);
  const end = missing(window.end);
  const ordered =
    window.start.choice !== null || window.end.choice !== null || text(window.end) > text(window.start);
  const errors: WindowErrors = {
    startDay: start.day,
    startTime: start.time ?? undecided(verdicts?.starts_at ?? null, window.start),
    endDay: end.day,
    endTime:
      end.time ??
      undecided(verdicts?.ends_at ?? null, window.end) ??
      (ordered || start.day || start.time || end.day ? undefined : "It has to end after it starts."),
  };
  return Object.values(errors).some(Boolean) ? errors : null;
}
