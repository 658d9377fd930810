import { Link } from "@tanstack/react-router";
import { Ban } from "lucide-react";
import { bookingTitle } from "@/components/schedule/words";
import { useFormat } from "@/components/session";
import type { BookingRow } from "@/ipc/types";
import { more, Section } from "./Section";

type Props = {
  bookings: BookingRow[];
  date: string;
  /** The person only sees the own work: then an empty day is worth a sentence. */
  mine: boolean;
};

/** Where the person has to be today. */
export function MyDay({ bookings, date, mine }: Props) {
  const format = useFormat();
  const [first] = bookings;
  if (!first && !mine) {
    return null;
  }
  return (
    <Section
      title="My day"
      more={
        first ? (
          <Link
            to="/resources/$resourceId/day/$date"
            params={{ resourceId: first.resource_id, date }}
            className={more}
          >
            On paper
          </Link>
        ) : null
      }
    >
      {first ? (
        <ul aria-label="My day">
          {bookings.map((booking) => (
            <li
              key={booking.id}
              data-item={booking.id}
              className="-mx-2 print:mx-0 print:px-0 flex min-h-8 items-center gap-3 rounded-md px-2 hover:bg-hover"
            >
              <time dateTime={booking.starts_at} className="shrink-0">
                {format.time(booking.starts_at, booking.time_zone)}–
                {format.time(booking.ends_at, booking.time_zone)}
              </time>
              {booking.event_id ? (
                <Link
                  to="/events/$eventId"
                  params={{ eventId: booking.event_id }}
                  data-item-focus=""
                  title={bookingTitle(booking)}
                  className="min-w-0 truncate font-medium hover:underline"
                >
                  <bdi>{bookingTitle(booking)}</bdi>
                </Link>
              ) : (
                <span className="flex min-w-0 items-center gap-1 truncate text-text-2">
                  <Ban size={13} aria-hidden="true" />
                  {bookingTitle(booking)}
                </span>
              )}
              {booking.task_title ? (
                <span className="truncate text-text-3" title={booking.task_title}>
                  {booking.task_title}
                </span>
              ) : null}
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-text-3">You are not booked today.</p>
      )}
    </Section>
  );
}
