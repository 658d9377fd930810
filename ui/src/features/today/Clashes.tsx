import { Link, useNavigate } from "@tanstack/react-router";
import { CalendarDays, ChevronDown, TriangleAlert, Unlink } from "lucide-react";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { Menu, type MenuEntry } from "@/components/Menu";
import { bookingTitle } from "@/components/schedule/words";
import { useFormat, useReadOnly, useSession } from "@/components/session";
import { wallTime } from "@/components/wall-time";
import { commands } from "@/ipc/bindings";
import type { ScheduleClash } from "@/ipc/types";
import { Section } from "./Section";

/** Who or what is needed twice at once, and by what it can be settled. */
export function Clashes({ clashes, total }: { clashes: ScheduleClash[]; total: number }) {
  const format = useFormat();
  if (total === 0) {
    return null;
  }
  return (
    <Section
      title="Clashes"
      count={
        total > clashes.length ? `first ${clashes.length} of ${format.number(total)}` : format.number(total)
      }
      late
    >
      <ul aria-label="Clashes" className="grid gap-1.5">
        {clashes.map((clash) => (
          <Clash key={keyOf(clash)} clash={clash} />
        ))}
      </ul>
    </Section>
  );
}

const dayOfClash = (clash: ScheduleClash, zone: string) => wallTime(clash.starts_at, zone).slice(0, 10);

const keyOf = (clash: ScheduleClash) => `${clash.resource_id}/${clash.starts_at}`;

function what(clash: ScheduleClash, format: ReturnType<typeof useFormat>): string {
  const when = format.span(clash.starts_at, clash.ends_at, clash.bookings[0]?.time_zone);
  if (clash.reason === "unavailable") {
    return ` is booked but not available, ${when}`;
  }
  const block = clash.bookings.find((booking) => booking.kind === "block");
  if (block && clash.quantity === 1) {
    return ` is booked during “${bookingTitle(block)}”, ${when}`;
  }
  return clash.quantity === 1
    ? ` is booked ${clash.peak === 2 ? "twice" : `${clash.peak} times`} at once, ${when}`
    : `: ${format.number(clash.peak)} needed, ${format.number(clash.quantity)} there, ${when}`;
}

function Clash({ clash }: { clash: ScheduleClash }) {
  const format = useFormat();
  return (
    <li
      data-item={keyOf(clash)}
      className="flex items-start gap-3 rounded-md bg-danger-soft px-3 py-1.5 break-inside-avoid"
    >
      <TriangleAlert size={15} aria-hidden="true" className="mt-1 shrink-0 text-danger" />
      <div className="min-w-0 flex-1">
        <p className="break-words">
          <Link
            to="/resources/$resourceId"
            params={{ resourceId: clash.resource_id }}
            search={{ day: dayOfClash(clash, format.zone) }}
            data-item-focus=""
            className="font-semibold hover:underline"
          >
            <bdi>{clash.resource_name}</bdi>
          </Link>
          {what(clash, format)}
        </p>
        <ul aria-label="Booked on" className="flex flex-wrap text-text-2">
          {clash.bookings.map((booking) => (
            <li
              key={booking.id}
              className="min-w-0 truncate not-last:after:mx-1.5 not-last:after:content-['·']"
            >
              {booking.event_id ? (
                <Link
                  to="/events/$eventId"
                  params={{ eventId: booking.event_id }}
                  search={{ tab: "staff" }}
                  className="hover:underline"
                >
                  <bdi>{bookingTitle(booking)}</bdi>
                </Link>
              ) : (
                bookingTitle(booking)
              )}
            </li>
          ))}
        </ul>
      </div>
      <Settle clash={clash} />
    </li>
  );
}

/** The ways out: give up one of the bookings, or look at the whole schedule. */
function Settle({ clash }: { clash: ScheduleClash }) {
  const navigate = useNavigate();
  const format = useFormat();
  const readOnly = useReadOnly();
  const { permissions } = useSession();
  const release = useAction(commands.assignmentRelease);
  const reason =
    readOnly ??
    (permissions.includes("resources.assign") ? null : "You may not assign resources in this organization.");
  const entries: MenuEntry[] = [
    ...clash.bookings
      .filter((booking) => booking.kind === "assignment" && !booking.is_masked)
      .map((booking) => ({
        key: booking.id,
        label: `Release from ${bookingTitle(booking)}`,
        note: (
          <span className="text-sm text-text-3">
            {format.time(booking.starts_at, booking.time_zone)}–
            {format.time(booking.ends_at, booking.time_zone)}
          </span>
        ),
        mark: <Unlink size={14} aria-hidden="true" />,
        reason,
        onSelect: () => release.mutate({ entry_ids: [booking.id] }),
      })),
    { kind: "line", key: "line" },
    {
      key: "schedule",
      label: `Open ${clash.resource_name}'s schedule`,
      mark: <CalendarDays size={14} aria-hidden="true" />,
      onSelect: () =>
        void navigate({
          to: "/resources/$resourceId",
          params: { resourceId: clash.resource_id },
          search: { day: dayOfClash(clash, format.zone) },
        }),
    },
  ];
  return (
    <Menu
      title="Settle it"
      trigger={
        <Button
          size="small"
          pending={release.isPending}
          aria-label={`Settle: ${clash.resource_name}`}
          className="print:hidden"
        >
          {release.isPending ? "Saving…" : "Settle"}
          <ChevronDown size={12} aria-hidden="true" />
        </Button>
      }
      entries={entries}
    />
  );
}
