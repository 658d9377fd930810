/** Between instants and what a clock on the wall of some zone shows. Strings in, strings out. */
import { TZDate } from "@date-fns/tz";

/** The zone this computer is set to. */
export function deskZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** `2026-03-29T01:30` as a clock in `zone` shows `instant`. */
export function wallTime(instant: string, zone: string): string {
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

/** The first instant of `day` (`YYYY-MM-DD`) in `zone`, moved by `plusDays` days. */
export function dayStart(day: string, zone: string, plusDays = 0): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(new TZDate(year, month - 1, date + plusDays, zone).getTime()).toISOString();
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
