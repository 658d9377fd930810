import { useNavigate } from "@tanstack/react-router";
import { CalendarDays, CalendarX2, Ellipsis, Pencil, UserRound } from "lucide-react";
import type { ReactElement } from "react";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { Menu, type MenuEntry } from "@/components/Menu";
import { useReadOnly, useSession } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { BookingRow } from "@/ipc/types";
import { bookingTitle } from "./words";

type Props = {
  booking: BookingRow;
  /** Why nothing can be changed here, as the shell worded it; otherwise the person's permissions say. */
  reason?: string | null;
  onChange: (booking: BookingRow) => void;
  /** Where one is already: needs no way to go there. */
  on: "event" | "resource";
  trigger?: ReactElement;
};

/** Why this person may not change schedules now, or null. */
export function useMayAssign(): string | null {
  const readOnly = useReadOnly();
  const { permissions } = useSession();
  return (
    readOnly ??
    (permissions.includes("resources.assign")
      ? null
      : "You may not assign staff and equipment in this organization.")
  );
}

/** What can be done with one entry of a schedule. */
export function BookingMenu({ booking, reason, onChange, on, trigger }: Props) {
  const navigate = useNavigate();
  const own = useMayAssign();
  const release = useAction(commands.assignmentRelease);
  const unblock = useAction(commands.blockRemove);
  const { event_id } = booking;
  const why = own ?? reason ?? (booking.is_masked ? "You do not work on what it is booked for." : null);
  const name = on === "event" ? booking.resource_name : bookingTitle(booking);
  const there: MenuEntry[] =
    on === "event"
      ? [
          {
            key: "resource",
            label: `Open ${booking.resource_name}`,
            mark: <UserRound size={14} aria-hidden="true" />,
            onSelect: () =>
              void navigate({
                to: "/resources/$resourceId",
                params: { resourceId: booking.resource_id },
              }),
          },
        ]
      : event_id
        ? [
            {
              key: "event",
              label: `Open ${booking.event_name ?? "the event"}`,
              mark: <CalendarDays size={14} aria-hidden="true" />,
              onSelect: () =>
                void navigate({
                  to: "/events/$eventId",
                  params: { eventId: event_id },
                  search: { tab: "staff" },
                }),
            },
          ]
        : [];
  const entries: MenuEntry[] =
    booking.kind === "block"
      ? [
          {
            key: "unblock",
            label: "Remove the block",
            mark: <CalendarX2 size={14} aria-hidden="true" />,
            reason: why,
            onSelect: () => unblock.mutate({ entry_id: booking.id }),
          },
        ]
      : [
          {
            key: "change",
            label: "Move or change…",
            mark: <Pencil size={14} aria-hidden="true" />,
            reason: why,
            onSelect: () => onChange(booking),
          },
          {
            key: "release",
            label: "Release",
            mark: <CalendarX2 size={14} aria-hidden="true" />,
            reason: why,
            onSelect: () => release.mutate({ entry_ids: [booking.id] }),
          },
          ...there,
        ];
  return (
    <Menu
      trigger={
        trigger ?? (
          <Button
            kind="ghost"
            size="icon"
            aria-label={`Actions for ${name}`}
            aria-busy={release.isPending || unblock.isPending || undefined}
          >
            <Ellipsis size={16} aria-hidden="true" />
          </Button>
        )
      }
      entries={entries}
    />
  );
}
