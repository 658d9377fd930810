/** Dates, times and numbers in the organization's locale. */
import { now as serversNow } from "./now";
import { deskZone, wallTime } from "./wall-time";

/** This computer's language. A system set to none (`LANG=C`) calls it "c", which `Intl` refuses. */
export function deskLocale(): string {
  try {
    return Intl.getCanonicalLocales(navigator.language)[0] ?? "en-GB";
  } catch {
    return "en-GB";
  }
}

/** `locale`, or the desk's own where the organization's is not one that the system knows. */
function knownLocale(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale.replace("_", "-"))[0] ?? deskLocale();
  } catch {
    return deskLocale();
  }
}

function knownZone(zone: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}

const made = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter is slow and a table needs the same one for every row. */
function formatter(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${zone}|${JSON.stringify(options)}`;
  let found = made.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, { ...options, timeZone: knownZone(zone) });
    made.set(key, found);
  }
  return found;
}

const day: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
const dayAndYear: Intl.DateTimeFormatOptions = { ...day, year: "numeric" };
const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };

export class Format {
  readonly locale: string;
  private readonly numbers: Intl.NumberFormat;

  constructor(
    locale: string,
    /** The organization's zone. */
    readonly zone: string,
    /** The zone of this computer. */
    readonly desk: string = deskZone(),
    private readonly now: () => number = serversNow,
  ) {
    this.locale = knownLocale(locale);
    this.numbers = new Intl.NumberFormat(this.locale);
  }

  number(value: number): string {
    return this.numbers.format(value);
  }

  /** `Sat 21 Nov`, with the year where it is not this one. */
  day(instant: string, zone: string = this.zone): string {
    const thisYear = wallTime(new Date(this.now()).toISOString(), zone).slice(0, 4);
    const same = wallTime(instant, zone).slice(0, 4) === thisYear;
    return formatter(this.locale, zone, same ? day : dayAndYear).format(new Date(instant));
  }

  /** `Friday 20 November` of a calendar day (`YYYY-MM-DD`), with the year where it is not this one. */
  longDay(date: string): string {
    const thisYear = wallTime(new Date(this.now()).toISOString(), this.zone).slice(0, 4);
    const long: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" };
    return formatter(
      this.locale,
      "UTC",
      date.slice(0, 4) === thisYear ? long : { ...long, year: "numeric" },
    ).format(new Date(`${date}T12:00:00Z`));
  }

  /** `Friday, 20 November 2026` of a calendar day. */
  fullDay(date: string): string {
    return formatter(this.locale, "UTC", { dateStyle: "full" }).format(new Date(`${date}T12:00:00Z`));
  }

  /** `November 2026`, the month of a calendar day. */
  month(date: string): string {
    return formatter(this.locale, "UTC", { month: "long", year: "numeric" }).format(
      new Date(`${date}T12:00:00Z`),
    );
  }

  /** `Fri` of a calendar day. */
  weekday(date: string): string {
    return formatter(this.locale, "UTC", { weekday: "short" }).format(new Date(`${date}T12:00:00Z`));
  }

  time(instant: string, zone: string = this.zone): string {
    return formatter(this.locale, zone, clock).format(new Date(instant));
  }

  /** `Sat 21 Nov, 13:00–21:00`; both days where it runs past midnight into a later day. */
  span(starts: string, ends: string, zone: string = this.zone): string {
    const from = `${this.day(starts, zone)}, ${this.time(starts, zone)}`;
    const first = wallTime(starts, zone);
    const last = wallTime(ends, zone);
    // A party that ends in the small hours is still that evening's party.
    const overnight =
      new Date(`${last.slice(0, 10)}T00:00Z`).getTime() -
        new Date(`${first.slice(0, 10)}T00:00Z`).getTime() ===
        86_400_000 && last.slice(11) <= "06:00";
    if (first.slice(0, 10) === last.slice(0, 10) || overnight) {
      return `${from}–${this.time(ends, zone)}`;
    }
    return `${from} – ${this.day(ends, zone)}, ${this.time(ends, zone)}`;
  }

  /** The zone's name where its clock differs from this desk's at that moment, else null. */
  zoneNote(instant: string, zone: string): string | null {
    if (zone === this.desk || wallTime(instant, zone) === wallTime(instant, this.desk)) {
      return null;
    }
    return zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
  }

  /** `today 10:12`, `yesterday 17:40`, `18 Nov, 09:05`: when somebody did something, on this desk's clock. */
  moment(instant: string): string {
    const at = wallTime(instant, this.desk).slice(0, 10);
    const back = (days: number) =>
      wallTime(new Date(this.now() - days * 86_400_000).toISOString(), this.desk);
    const time = this.time(instant, this.desk);
    if (at === back(0).slice(0, 10)) {
      return `today ${time}`;
    }
    if (at === back(1).slice(0, 10)) {
      return `yesterday ${time}`;
    }
    const sameYear = at.slice(0, 4) === back(0).slice(0, 4);
    const options: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
    const written = formatter(
      this.locale,
      this.desk,
      sameYear ? options : { ...options, year: "numeric" },
    ).format(new Date(instant));
    return `${written}, ${time}`;
  }

  /** The clock alone if it is today, else day and clock: for `as of …`. */
  asOf(instant: string): string {
    const moment = this.moment(instant);
    return moment.startsWith("today ") ? moment.slice("today ".length) : moment;
  }
}
