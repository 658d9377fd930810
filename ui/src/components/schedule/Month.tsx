import { TriangleAlert } from "lucide-react";
import type { KeyboardEvent } from "react";
import { cx } from "@/components/class-names";
import { todayIn } from "@/components/now";
import { useFormat } from "@/components/session";
import type { DayLayout } from "./layout";
import { bookings, bookingTitle } from "./words";

type Props = {
  weeks: DayLayout[][];
  /** `YYYY-MM` */
  month: string;
  quantity: number;
  onDay: (day: string) => void;
};

const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** A month of days, each with how much of it is booked at most; a day opens its week. */
export function Month({ weeks, month, quantity, onDay }: Props) {
  const format = useFormat();
  const today = todayIn(format.zone);
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const step = steps[event.key];
    const cells = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-day]")];
    const at = cells.indexOf(event.target as HTMLElement);
    if (step !== undefined && at >= 0) {
      event.preventDefault();
      cells[at + step]?.focus();
    }
  };
  return (
    <table className="w-full table-fixed border-collapse">
      <caption className="sr-only">{format.month(`${month}-01`)}</caption>
      <thead>
        <tr>
          {(weeks[0] ?? []).map(({ day }) => (
            <th key={day} scope="col" className="px-2 py-1 text-left text-sm font-medium text-text-3">
              {format.weekday(day)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={walk}>
        {weeks.map((week) => (
          <tr key={week[0]?.day}>
            {week.map((day) => (
              <td key={day.day} className="h-21 border border-line p-0 align-top">
                <Cell
                  day={day}
                  today={day.day === today}
                  outside={!day.day.startsWith(month)}
                  quantity={quantity}
                  onDay={onDay}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type CellProps = {
  day: DayLayout;
  today: boolean;
  outside: boolean;
  quantity: number;
  onDay: (day: string) => void;
};

function Cell(props: CellProps) {
  const { day, today, outside, quantity } = props;
  const format = useFormat();
  const clash = day.clashes.some((one) => !one.clash.accepted);
  const words =
    day.bars.length === 0
      ? "free"
      : quantity > 1
        ? `peak ${format.number(day.peak)} of ${format.number(quantity)}, ${bookings(day.bars.length, format)}`
        : bookings(day.bars.length, format);
  const label = format.fullDay(day.day);
  return (
    <button
      type="button"
      data-day
      aria-label={`${label}: ${words}${clash ? ", clashes" : ""}`}
      aria-current={today ? "date" : undefined}
      onClick={() => props.onDay(day.day)}
      className={cx(
        "flex h-full w-full flex-col gap-0.5 px-2 py-1 text-left hover:bg-hover focus-visible:-outline-offset-2",
        outside && "bg-canvas text-text-3",
      )}
    >
      <span className="flex items-center gap-1">
        <span className={cx("tabular-nums", today && "rounded bg-accent px-1 font-semibold text-on-accent")}>
          {Number(day.day.slice(8))}
        </span>
        {clash ? <TriangleAlert size={12} aria-hidden="true" className="ml-auto text-danger" /> : null}
      </span>
      {quantity > 1 ? (
        day.peak > 0 ? (
          <span className="mt-auto grid gap-1">
            <span className={cx("truncate text-sm", day.peak > quantity ? "text-danger" : "text-text-2")}>
              {format.number(day.peak)} of {format.number(quantity)}
            </span>
            <span className="h-1.5 overflow-hidden rounded-full bg-hover">
              <span
                className={cx("block h-full rounded-full", day.peak > quantity ? "bg-danger" : "bg-accent")}
                style={{ width: `${Math.min(100, (100 * day.peak) / quantity)}%` }}
              />
            </span>
          </span>
        ) : null
      ) : (
        day.bars.slice(0, 2).map((bar) => (
          <span key={bar.booking.id} className="flex min-w-0 items-baseline gap-1 text-sm">
            {bar.came ? null : (
              <span className="shrink-0 text-text-3 tabular-nums">{format.time(bar.booking.starts_at)}</span>
            )}
            <span className="truncate">{bookingTitle(bar.booking)}</span>
          </span>
        ))
      )}
      {quantity === 1 && day.bars.length > 2 ? (
        <span className="text-sm text-text-3">{format.number(day.bars.length - 2)} more</span>
      ) : null}
    </button>
  );
}
