/** What people type for a day or a time of day. */

type Order = ("day" | "month" | "year")[];

const plain = (locale: string) => `${locale}-u-ca-gregory-nu-latn`;

/** In which order `locale` writes day, month and year. */
function dateOrder(locale: string): Order {
  return new Intl.DateTimeFormat(plain(locale), { day: "2-digit", month: "2-digit", year: "numeric" })
    .formatToParts(new Date(2026, 10, 21))
    .map((part) => part.type)
    .filter((type): type is Order[number] => type === "day" || type === "month" || type === "year");
}

/** `YYYY-MM-DD` as `locale` writes a day in figures, readable again by {@link parseDay}. */
export function writeDay(day: string, locale: string): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new Intl.DateTimeFormat(plain(locale), {
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
    timeZone: "UTC",
  }).format(Date.UTC(year, month - 1, date));
}

/** `YYYY-MM-DD` from `21/11/2026`, `21.11.26`, `21/11` (this year) or `2026-11-21`; null where it is no day. */
export function parseDay(typed: string, locale: string, thisYear: number): string | null {
  const figures = typed.match(/\d+/g)?.map(Number) ?? [];
  const iso = /^\s*\d{4}\D/.test(typed);
  let order: Order = iso ? ["year", "month", "day"] : dateOrder(locale);
  if (figures.length === 2) {
    order = order.filter((part) => part !== "year");
  } else if (figures.length !== 3) {
    return null;
  }
  const part = (name: Order[number]) => figures[order.indexOf(name)] ?? thisYear;
  const year = part("year") < 100 ? 2000 + part("year") : part("year");
  const made = new Date(Date.UTC(year, part("month") - 1, part("day")));
  if (
    made.getUTCFullYear() !== year ||
    made.getUTCMonth() !== part("month") - 1 ||
    made.getUTCDate() !== part("day")
  ) {
    return null;
  }
  return made.toISOString().slice(0, 10);
}

/** `HH:MM` from `9`, `930`, `9:30`, `9.30`, `9:30 pm`, `21h30`; null where it is no time. */
export function parseTime(typed: string): string | null {
  const text = typed.trim().toLowerCase();
  const match =
    text.match(/^(\d{1,2})(?:[:.h ]\s*(\d{1,2})?)?\s*([ap])?\.?\s*m?\.?$/) ??
    text.match(/^(\d{1,2})(\d{2})\s*([ap])?\.?\s*m?\.?$/);
  if (!match) {
    return null;
  }
  let hours = Number(match[1]);
  const minutes = Number(match[2] ?? 0);
  if (match[3]) {
    if (hours < 1 || hours > 12) {
      return null;
    }
    hours = (hours % 12) + (match[3] === "p" ? 12 : 0);
  }
  if (hours > 23 || minutes > 59) {
    return null;
  }
  return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}
