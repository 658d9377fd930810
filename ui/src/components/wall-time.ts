/** Between instants and what a clock on the wall of some zone shows. Strings in, strings out. */
import { TZDate, tzOffset } from "@date-fns/tz";

/** The zone this computer is set to. */
export function deskZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

const wholeDay = 86_400_000;
/** For each zone and day of UTC how far its clocks are ahead, in milliseconds; NaN where that changes on the day. */
const ahead = new Map<string, Map<number, number>>();

/** Asking for a zone's offset is slow, and a screen of rows asks for the same few days hundreds of times. */
function offsetOf(day: number, zone: string): number {
  let days = ahead.get(zone);
  if (!days) {
    days = new Map();
    ahead.set(zone, days);
  }
  let offset = days.get(day);
  if (offset === undefined) {
    const first = tzOffset(zone, new Date(day * wholeDay));
    const last = tzOffset(zone, new Date((day + 1) * wholeDay));
    offset = first === last ? first * 60_000 : Number.NaN;
    days.set(day, offset);
  }
  return offset;
}

/** `2026-03-29T01:30` as a clock in `zone` shows `instant`. */
export function wallTime(instant: string, zone: string): string {
  const moment = Date.parse(instant);
  const shown = new Date(moment + offsetOf(Math.floor(moment / wholeDay), zone));
  const year = shown.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? shown.toISOString().slice(0, 16) : wallTimeOnce(instant, zone);
}

/** The same, asked of the zone itself: for days on which clocks change, and dates that nobody has. */
function wallTimeOnce(instant: string, zone: string): string {
  const at = new TZDate(new Date(instant).getTime(), zone);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/**
 * Which of two instants a wall time means that the zone's clocks show twice, or null where they show it once.
 * Zones put their clocks back by an hour, Lord Howe by half of one.
 */
export function wallChoice(instant: string, zone: string): "earlier" | "later" | null {
  const wall = wallTime(instant, zone);
  const at = new Date(instant).getTime();
  for (const minutes of [30, 60, 120]) {
    const shift = minutes * 60_000;
    if (wallTime(new Date(at + shift).toISOString(), zone) === wall) {
      return "earlier";
    }
    if (wallTime(new Date(at - shift).toISOString(), zone) === wall) {
      return "later";
    }
  }
  return null;
}

const starts = new Map<string, string>();

/** The first instant of `day` (`YYYY-MM-DD`) in `zone`, moved by `plusDays` days. */
export function dayStart(day: string, zone: string, plusDays = 0): string {
  const key = `${day}+${plusDays} ${zone}`;
  let start = starts.get(key);
  if (start === undefined) {
    const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
    start = new Date(new TZDate(year, month - 1, date + plusDays, zone).getTime()).toISOString();
    starts.set(key, start);
  }
  return start;
}

/** `YYYY-MM-DD` of a calendar day as the date picker hands it out. */
export function dayOf(date: Date): string {
  return `${String(date.getFullYear()).padStart(4, "0")}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

/** A calendar day for the date picker. */
export function dateOf(day: string): Date {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date);
}

/** Adds minutes to a wall time as arithmetic on the clock face; the shell judges what it means in a zone. */
export function addToWall(wall: string, minutes: number): string {
  const at = new Date(`${wall}:00Z`).getTime() + minutes * 60_000;
  return new Date(at).toISOString().slice(0, 16);
}
