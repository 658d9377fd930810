import { TriangleAlert } from "lucide-react";
import type { CSSProperties, KeyboardEvent } from "react";
import { cx } from "@/components/class-names";
import { StatusGlyph } from "@/components/StatusMark";
import { useFormat } from "@/components/session";
import { statusColour, statusWord } from "@/components/statuses";
import type { BookingRow } from "@/ipc/types";
import { BookingMenu, useMayAssign } from "./BookingMenu";
import type { Bar } from "./layout";
import { bookingTitle } from "./words";

export const barHeight = 24;
const share = (minutes: number) => `${(100 * minutes) / 1440}%`;
const hatched = "repeating-linear-gradient(45deg, currentColor 0 2px, transparent 2px 6px)";

/** Minutes that one press of an arrow with Alt moves a booking by. */
const nudges: Record<string, number> = {
  ArrowLeft: -15,
  ArrowRight: 15,
  ArrowUp: -24 * 60,
  ArrowDown: 24 * 60,
};

type Props = {
  bar: Bar;
  top: number;
  onChange: (booking: BookingRow, nudge?: number) => void;
};

/** One booking on its day; Enter says what can be done, Alt with an arrow moves it. */
export function BookingBar({ bar, top, onChange }: Props) {
  const format = useFormat();
  const fixed = useMayAssign();
  const { booking } = bar;
  const title = bookingTitle(booking);
  const span = format.span(booking.starts_at, booking.ends_at, booking.time_zone);
  const { clash } = bar;
  const told = [
    title,
    booking.task_title,
    span,
    booking.quantity > 1 ? `${format.number(booking.quantity)} of them` : null,
    booking.kind === "block" ? "blocked" : booking.event_status ? statusWord(booking.event_status) : null,
    clash ? "clashes" : null,
    booking.override_reason ? `overlap accepted: ${booking.override_reason}` : null,
  ]
    .filter(Boolean)
    .join(", ");
  const move = (event: KeyboardEvent & { preventBaseUIHandler?: () => void }) => {
    const minutes = event.altKey ? nudges[event.key] : undefined;
    if (minutes !== undefined && booking.kind === "assignment" && !booking.is_masked && !fixed) {
      event.preventDefault();
      event.stopPropagation();
      // Up and down alone open the menu.
      event.preventBaseUIHandler?.();
      onChange(booking, minutes);
    }
  };
  const colour = booking.event_status ? statusColour(booking.event_status) : "text-text-3";
  return (
    <>
      <Held colour={colour} from={bar.from - bar.before} minutes={bar.before} top={top} />
      <Held colour={colour} from={bar.to} minutes={bar.after} top={top} />
      <BookingMenu
        booking={booking}
        on="resource"
        onChange={onChange}
        trigger={
          <button
            type="button"
            data-bar
            aria-label={told}
            aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight Alt+ArrowUp Alt+ArrowDown"
            title={told}
            onKeyDown={move}
            style={{ left: share(bar.from), width: share(bar.to - bar.from), top, height: barHeight }}
            className={cx(
              "absolute z-[2] flex min-w-4 items-center gap-1 overflow-hidden rounded-[5px] border border-current/45 bg-raised pr-1 text-left text-sm hover:border-current focus-visible:z-[3]",
              bar.came && "rounded-l-none",
              bar.goes && "rounded-r-none",
              booking.kind === "block" && "border-dashed",
              clash && "outline-2 -outline-offset-2 outline-danger",
              colour,
            )}
          >
            <Tint hatch={booking.kind === "block"} />
            {clash ? (
              <TriangleAlert size={12} aria-hidden="true" className="relative ml-1 shrink-0 text-danger" />
            ) : booking.event_status ? (
              <span className="relative ml-1 flex shrink-0">
                <StatusGlyph status={booking.event_status} size={10} />
              </span>
            ) : (
              <span className="ml-0.5" />
            )}
            <span className="relative min-w-0 flex-1 truncate text-text">
              <bdi>{title}</bdi>
              {booking.task_title ? <span className="text-text-2"> · {booking.task_title}</span> : null}
            </span>
            {booking.quantity > 1 ? (
              <span className="relative shrink-0 text-text-2">×{format.number(booking.quantity)}</span>
            ) : null}
          </button>
        }
      />
    </>
  );
}

/** Its status' colour, faint; a block is hatched. */
function Tint({ hatch }: { hatch: boolean }) {
  const style: CSSProperties = hatch ? { background: hatched } : { background: "currentColor" };
  return <i aria-hidden="true" className="absolute inset-0 opacity-15" style={style} />;
}

/** Setup before or teardown after: nobody else can have it then. */
function Held(props: { colour: string; from: number; minutes: number; top: number }) {
  if (props.minutes <= 0) {
    return null;
  }
  return (
    <i
      aria-hidden="true"
      className={cx("absolute z-[1] rounded-[5px] opacity-35", props.colour)}
      style={{
        left: share(props.from),
        width: share(props.minutes),
        top: props.top,
        height: barHeight,
        background: hatched,
      }}
    />
  );
}
