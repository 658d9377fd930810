import { Link } from "@tanstack/react-router";
import { useDeferredValue, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { StatusChip } from "@/components/StatusMark";
import { useFormat } from "@/components/session";
import { useSteadyScroll } from "@/components/use-steady-scroll";
import type { BookingRow } from "@/ipc/types";
import { BookingMarks } from "./BookingMarks";
import { BookingMenu } from "./BookingMenu";
import { bookings, bookingTitle } from "./words";

type Props = {
  entries: BookingRow[];
  /** There are several of it, so that numbers matter. */
  pool: boolean;
  onChange: (booking: BookingRow) => void;
};

const atFirst = 60;

/** The same bookings line by line, for whoever reads or works without the picture. */
export function BookingList({ entries, pool, onChange }: Props) {
  const format = useFormat();
  const [all, setAll] = useState(false);
  const shown = all ? entries : entries.slice(0, atFirst);
  // The picture above first, its words a moment later.
  const ready = useDeferredValue(true, false);
  const rows = useRef<HTMLTableSectionElement>(null);
  useSteadyScroll(rows);
  if (!ready) {
    return null;
  }
  if (entries.length === 0) {
    return <p className="py-2 text-text-3">Nothing is booked in this time.</p>;
  }
  return (
    <>
      <table className="w-full table-fixed">
        <caption className="sr-only">{bookings(entries.length, format)}</caption>
        <thead className="text-left text-sm text-text-3 [&_th]:py-1 [&_th]:font-medium">
          <tr>
            <th scope="col" className="w-[270px]">
              When
            </th>
            <th scope="col">What for</th>
            <th scope="col" className="w-[110px]">
              Status
            </th>
            {pool ? (
              <th scope="col" className="w-[64px] pr-3 text-right">
                Number
              </th>
            ) : null}
            <th scope="col" className="w-[26%]">
              <span className="sr-only">Clashes</span>
            </th>
            <th scope="col" className="w-9">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody ref={rows}>
          {shown.map((booking) => (
            <Row key={booking.id} booking={booking} pool={pool} onChange={onChange} />
          ))}
        </tbody>
      </table>
      {shown.length < entries.length ? (
        <Button kind="ghost" className="mt-1" onClick={() => setAll(true)}>
          Show all {format.number(entries.length)}
        </Button>
      ) : null}
    </>
  );
}

function Row({ booking, pool, onChange }: Omit<Props, "entries"> & { booking: BookingRow }) {
  const format = useFormat();
  const note = format.zoneNote(booking.starts_at, booking.time_zone);
  const title = bookingTitle(booking);
  return (
    <tr
      data-item={booking.id}
      className="border-t border-line/60 hover:bg-hover [&_td]:py-1 [&_td]:pr-3 [&_td]:align-top"
    >
      <td className="pt-1.5!">
        {format.span(booking.starts_at, booking.ends_at, booking.time_zone)}
        {note ? <span className="text-text-3"> {note}</span> : null}
      </td>
      <td className="pt-1.5!">
        {booking.event_id ? (
          <Link
            to="/events/$eventId"
            params={{ eventId: booking.event_id }}
            search={{ tab: "staff" }}
            title={title}
            className="block truncate font-medium hover:underline"
          >
            <bdi>{title}</bdi>
          </Link>
        ) : (
          <span className="block truncate">
            {title}
            {booking.kind === "block" ? <span className="text-text-3"> · not to be booked</span> : null}
          </span>
        )}
        {booking.task_title ? (
          <span className="block truncate text-sm text-text-2">{booking.task_title}</span>
        ) : null}
      </td>
      <td className="pt-1.5!">
        {booking.event_status ? <StatusChip status={booking.event_status} /> : null}
      </td>
      {pool ? <td className="pt-1.5! text-right">{format.number(booking.quantity)}</td> : null}
      <td className="pt-1.5!">
        <BookingMarks booking={booking} onShow={() => onChange(booking)} />
      </td>
      <td className="py-0.5! pr-0!">
        <BookingMenu booking={booking} on="resource" onChange={onChange} />
      </td>
    </tr>
  );
}
