import { TriangleAlert } from "lucide-react";
import type { KeyboardEvent } from "react";
import { cx } from "@/components/class-names";
import { useMinute } from "@/components/now";
import { useFormat } from "@/components/session";
import { dayStart, wallTime } from "@/components/wall-time";
import type { BookingRow } from "@/ipc/types";
import { BookingBar, barHeight } from "./BookingBar";
import { Load } from "./Load";
import type { DayLayout } from "./layout";

type Props = {
  days: DayLayout[];
  /** How many there are of it. */
  quantity: number;
  onChange: (booking: BookingRow, nudge?: number) => void;
};

const hours = [0, 3, 6, 9, 12, 15, 18, 21];
const mostLanes = 6;
const loadHeight = 34;
const share = (minutes: number) => `${(100 * minutes) / 1440}%`;

/** Seven days below each other, each from midnight to midnight. */
export function Week({ days, quantity, onChange }: Props) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the bars inside are what is pressed; the arrows go from one to the next
    <div onKeyDown={walk} className="min-w-[760px]">
      <div className="grid grid-cols-[132px_minmax(0,1fr)] border-b border-line text-sm text-text-3">
        <span />
        <div aria-hidden="true" className="relative h-6 tabular-nums">
          {hours.map((hour) => (
            <span
              key={hour}
              className="absolute top-0.5 border-l border-transparent pl-1"
              style={{ left: share(hour * 60) }}
            >
              {String(hour).padStart(2, "0")}:00
            </span>
          ))}
        </div>
      </div>
      {days.map((day) => (
        <Day key={day.day} day={day} quantity={quantity} onChange={onChange} />
      ))}
    </div>
  );
}

/** Left and right go to the bar before and after, whatever day it is on. */
function walk(event: KeyboardEvent<HTMLElement>) {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  const bar = (event.target as HTMLElement).closest("[data-bar]");
  if (step === 0 || event.altKey || !bar) {
    return;
  }
  event.preventDefault();
  const bars = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-bar]")];
  bars[bars.indexOf(bar as HTMLElement) + step]?.focus();
}

function Day({ day, quantity, onChange }: Omit<Props, "days"> & { day: DayLayout }) {
  const format = useFormat();
  const noon = new Date(Date.parse(dayStart(day.day, format.zone)) + 43_200_000).toISOString();
  const now = wallTime(new Date(useMinute()).toISOString(), format.zone);
  const today = now.slice(0, 10) === day.day;
  const pool = quantity > 1;
  const lanes = Math.min(day.lanes, mostLanes);
  const hidden = day.bars.filter((bar) => bar.lane >= mostLanes).length;
  const top = pool && day.steps.length > 0 ? loadHeight + 4 : 0;
  return (
    <section
      aria-label={format.day(noon)}
      className="grid grid-cols-[132px_minmax(0,1fr)] border-b border-line"
    >
      <div className={cx("py-1.5 pr-2", today && "font-semibold")}>
        <h2>{format.day(noon)}</h2>
        {pool && day.peak > 0 ? (
          <p className={cx("text-sm", day.peak > quantity ? "text-danger" : "text-text-3")}>
            peak {format.number(day.peak)} of {format.number(quantity)}
          </p>
        ) : null}
        {day.clashes.some(({ clash }) => !clash.accepted) ? (
          <p className="flex items-center gap-1 text-sm text-danger">
            <TriangleAlert size={12} aria-hidden="true" />
            Clash
          </p>
        ) : null}
      </div>
      <div
        className="relative overflow-hidden border-l border-line"
        style={{
          minHeight: 40,
          height: Math.max(40, top + lanes * (barHeight + 3) + 8 + (hidden > 0 ? 18 : 0)),
        }}
      >
        {hours.slice(1).map((hour) => (
          <i
            key={hour}
            aria-hidden="true"
            className="absolute inset-y-0 w-px bg-line/60"
            style={{ left: share(hour * 60) }}
          />
        ))}
        {day.clashes.map(({ from, to, clash }) => (
          <i
            key={clash.starts_at}
            aria-hidden="true"
            className={cx(
              "absolute inset-y-0",
              clash.accepted ? "bg-warn-soft" : "bg-danger-soft shadow-[inset_0_2px_var(--danger)]",
            )}
            style={{ left: share(from), width: share(to - from) }}
          />
        ))}
        {top > 0 ? <Load steps={day.steps} quantity={quantity} peak={day.peak} height={loadHeight} /> : null}
        {today ? (
          <i
            aria-hidden="true"
            className="absolute inset-y-0 z-[1] w-0.5 bg-accent"
            style={{ left: share(Number(now.slice(11, 13)) * 60 + Number(now.slice(14, 16))) }}
          />
        ) : null}
        {day.bars
          .filter((bar) => bar.lane < mostLanes)
          .map((bar) => (
            <BookingBar
              key={bar.booking.id}
              bar={bar}
              top={top + 4 + bar.lane * (barHeight + 3)}
              onChange={onChange}
            />
          ))}
        {hidden > 0 ? (
          <p className="absolute bottom-0 left-1 text-sm text-text-3">
            {format.number(hidden)} more in the list below
          </p>
        ) : null}
      </div>
    </section>
  );
}
