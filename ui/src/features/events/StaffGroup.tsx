import { Link } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { useEffect, useRef } from "react";
import { cx } from "@/components/class-names";
import type { Format } from "@/components/format";
import { BookingMarks } from "@/components/schedule/BookingMarks";
import { BookingMenu } from "@/components/schedule/BookingMenu";
import { bufferWords, typeIcon, typeWord } from "@/components/schedule/words";
import { useFormat } from "@/components/session";
import type { BookingRow, EventPage, ResourceType } from "@/ipc/types";

type Shared = {
  event: EventPage["row"];
  reason: string | null;
  onChange: (booking: BookingRow) => void;
  onMark: (ids: string[], on: boolean) => void;
};

type Props = Shared & { type: ResourceType; bookings: BookingRow[]; selected: ReadonlySet<string> };

/** The bookings of one type. */
export function StaffGroup({ type, bookings, selected, ...shared }: Props) {
  const format = useFormat();
  const Icon = typeIcon(type);
  const ids = bookings.map((booking) => booking.id);
  const on = ids.filter((id) => selected.has(id)).length;
  return (
    <section aria-label={typeWord(type)} className="max-w-6xl">
      <h2 className="flex items-center gap-2 pt-4 pb-1 text-sm font-semibold text-text-2">
        <GroupBox
          label={`Select all: ${typeWord(type)}`}
          checked={on === ids.length}
          some={on > 0 && on < ids.length}
          onChange={(next) => shared.onMark(ids, next)}
        />
        <Icon size={13} aria-hidden="true" className="text-text-3" />
        {typeWord(type)}
        <span className="font-normal text-text-3">{format.number(bookings.length)}</span>
      </h2>
      <ul aria-label={typeWord(type)}>
        {bookings.map((booking) => (
          <Row key={booking.id} booking={booking} selected={selected.has(booking.id)} {...shared} />
        ))}
      </ul>
    </section>
  );
}

function GroupBox(props: {
  label: string;
  checked: boolean;
  some: boolean;
  onChange: (checked: boolean) => void;
}) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) {
      box.current.indeterminate = props.some;
    }
  }, [props.some]);
  return (
    <input
      ref={box}
      type="checkbox"
      aria-label={props.label}
      className="size-4 accent-accent"
      checked={props.checked}
      onChange={(event) => props.onChange(event.target.checked)}
    />
  );
}

/** Without the day where it is the event's own: what differs is what one looks for. */
function when(booking: BookingRow, event: EventPage["row"], format: Format): string {
  const span = format.span(booking.starts_at, booking.ends_at, booking.time_zone);
  const day = `${format.day(event.starts_at, event.time_zone)}, `;
  return span.startsWith(day) ? span.slice(day.length) : span;
}

function Row({
  booking,
  event,
  selected,
  reason,
  onChange,
  onMark,
}: Shared & { booking: BookingRow; selected: boolean }) {
  const format = useFormat();
  const buffer = booking.kind === "assignment" ? bufferWords(booking) : null;
  const asEvent = booking.starts_at === event.starts_at && booking.ends_at === event.ends_at;
  return (
    <li
      data-item={booking.id}
      className={cx(
        "-mx-2 grid min-h-9 grid-cols-[16px_minmax(160px,1.2fr)_minmax(170px,0.9fr)_56px_minmax(140px,1fr)_32px] items-start gap-3 rounded-md px-2 py-0.5 hover:bg-hover",
        selected && "bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <input
        type="checkbox"
        aria-label={`Select ${booking.resource_name}`}
        className="mt-2 size-4 accent-accent"
        checked={selected}
        onChange={(changed) => onMark([booking.id], changed.target.checked)}
      />
      <span className="min-w-0 py-1.5">
        <Link
          to="/resources/$resourceId"
          params={{ resourceId: booking.resource_id }}
          title={booking.resource_name}
          className="block truncate font-medium hover:underline"
        >
          <bdi>{booking.resource_name}</bdi>
        </Link>
        {booking.task_title ? (
          <span className="flex min-w-0 items-center gap-1 text-sm text-text-2">
            <ListChecks size={12} aria-label="For the task" className="shrink-0 text-text-3" />
            <span className="truncate">{booking.task_title}</span>
          </span>
        ) : null}
      </span>
      <span className="min-w-0 py-1.5 tabular-nums">
        {when(booking, event, format)}
        {asEvent ? <span className="text-text-3"> as the event</span> : null}
        {buffer ? <span className="block text-sm text-text-3">{buffer}</span> : null}
      </span>
      <span className="py-1.5 text-right tabular-nums">
        {booking.quantity > 1 || booking.resource_type !== "staff"
          ? `× ${format.number(booking.quantity)}`
          : null}
      </span>
      <span className="min-w-0 py-1.5">
        <BookingMarks booking={booking} onShow={() => onChange(booking)} />
      </span>
      <BookingMenu booking={booking} reason={reason} onChange={onChange} on="event" />
    </li>
  );
}
