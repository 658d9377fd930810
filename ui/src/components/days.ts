/** Calendar days as `YYYY-MM-DD`: weeks and months of them. */
import { dateOf, dayOf } from "./wall-time";

type WithWeek = Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };

/** The day the week starts with where `locale` is spoken: 0 is Sunday. */
export function firstDayOfWeek(locale: string): 0 | 1 | 2 | 3 | 4 | 5 | 6 {
  const known = new Intl.Locale(locale) as WithWeek;
  const first = (known.getWeekInfo?.() ?? known.weekInfo)?.firstDay ?? 1;
  return (first % 7) as 0 | 1 | 2 | 3 | 4 | 5 | 6;
}

export function addDays(day: string, days: number): string {
  const date = dateOf(day);
  date.setDate(date.getDate() + days);
  return dayOf(date);
}

/** The same day of another month, or that month's last. */
export function addMonths(day: string, months: number): string {
  const date = dateOf(day);
  const wanted = date.getDate();
  date.setDate(1);
  date.setMonth(date.getMonth() + months);
  const last = new Date(date.getFullYear(), date.getMonth() + 1, 0).getDate();
  date.setDate(Math.min(wanted, last));
  return dayOf(date);
}

function weekStart(day: string, first: number): string {
  return addDays(day, -((dateOf(day).getDay() - first + 7) % 7));
}

/** The seven days of the week that `day` is in. */
export function weekOf(day: string, first: number): string[] {
  const start = weekStart(day, first);
  return Array.from({ length: 7 }, (_, step) => addDays(start, step));
}

/** The weeks that the month of `day` touches. */
export function monthOf(day: string, first: number): string[][] {
  const month = day.slice(0, 7);
  const weeks: string[][] = [];
  for (let at = weekStart(`${month}-01`, first); at.slice(0, 7) <= month; at = addDays(at, 7)) {
    weeks.push(weekOf(at, first));
  }
  return weeks;
}
