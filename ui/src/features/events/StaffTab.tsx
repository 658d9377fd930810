import { useQuery } from "@tanstack/react-query";
import { Plus, Users } from "lucide-react";
import { useRef, useState } from "react";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { Empty, Failed, Loading } from "@/components/States";
import { AssignDialog } from "@/components/schedule/AssignDialog";
import { eventStaffingQuery } from "@/components/schedule/queries";
import { bookings as countWords, resourceTypes } from "@/components/schedule/words";
import { useFormat, useReadOnly } from "@/components/session";
import { useSteadyScroll } from "@/components/use-steady-scroll";
import { commands } from "@/ipc/bindings";
import type { BookingRow, EventPage } from "@/ipc/types";
import { StaffGroup } from "./StaffGroup";

/** Who works at the event and what it needs, by type. */
export function StaffTab({ page }: { page: EventPage }) {
  const { row } = page;
  const staffing = useQuery(eventStaffingQuery(row.id));
  const booked = staffing.data?.bookings ?? [];
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [assigning, setAssigning] = useState<{ booking: BookingRow | null } | null>(null);
  const readOnly = useReadOnly();
  if (staffing.error) {
    return <Failed error={staffing.error} onRetry={() => void staffing.refetch()} />;
  }
  if (!staffing.data) {
    return <Loading label="Reading staff and equipment…" />;
  }
  const { may } = staffing.data;
  const reason = readOnly ?? (may.assign.allowed ? null : (may.assign.reason ?? "Not possible now."));
  const assign = (
    <Button kind="primary" reason={reason} onClick={() => setAssigning({ booking: null })}>
      <Plus size={15} aria-hidden="true" />
      Assign
    </Button>
  );
  return (
    <div className="pb-8">
      {booked.length === 0 ? (
        <Empty icon={Users} title="Nobody and nothing is assigned yet." action={assign}>
          Staff, equipment and materials for this event, each with its hours. What is taken elsewhere is named
          before it is booked twice.
        </Empty>
      ) : (
        <>
          <Toolbar
            bookings={booked}
            selected={booked.filter((booking) => selected.has(booking.id))}
            reason={reason}
            onReleased={() => setSelected(new Set())}
          >
            {assign}
          </Toolbar>
          <Groups
            bookings={booked}
            event={row}
            reason={reason}
            selected={selected}
            onSelect={setSelected}
            onChange={(booking) => setAssigning({ booking })}
          />
        </>
      )}
      {assigning ? (
        <AssignDialog event={row} booking={assigning.booking} onClose={() => setAssigning(null)} />
      ) : null}
    </div>
  );
}

type ToolbarProps = {
  bookings: BookingRow[];
  selected: BookingRow[];
  reason: string | null;
  onReleased: () => void;
  children: React.ReactNode;
};

function Toolbar({ bookings, selected, reason, onReleased, children }: ToolbarProps) {
  const format = useFormat();
  const release = useAction(commands.assignmentRelease);
  const clashes = bookings.filter((one) => one.clashes && one.override_reason === null).length;
  return (
    <div className="sticky top-0 z-10 -mx-5 flex min-h-12 items-center gap-3 border-b border-line bg-surface px-5 py-2">
      <p role="status" aria-label="Bookings" className="text-text-2">
        {selected.length > 0
          ? `${format.number(selected.length)} of ${countWords(bookings.length, format)} selected`
          : countWords(bookings.length, format)}
        {clashes > 0 ? (
          <span className="font-medium text-danger">
            {" "}
            · {clashes === 1 ? "1 clash" : `${format.number(clashes)} clashes`}
          </span>
        ) : null}
      </p>
      <div className="ml-auto flex gap-2">
        {selected.length > 0 ? (
          <Button
            reason={reason}
            pending={release.isPending}
            onClick={() =>
              release.mutate({ entry_ids: selected.map((one) => one.id) }, { onSuccess: onReleased })
            }
          >
            {release.isPending ? "Releasing…" : `Release ${format.number(selected.length)} selected`}
          </Button>
        ) : null}
        {children}
      </div>
    </div>
  );
}

type GroupsProps = {
  bookings: BookingRow[];
  event: EventPage["row"];
  reason: string | null;
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onChange: (booking: BookingRow) => void;
};

function Groups({ bookings, onSelect, selected, ...rest }: GroupsProps) {
  const mark = (ids: string[], on: boolean) => {
    const next = new Set(selected);
    for (const id of ids) {
      if (on) {
        next.add(id);
      } else {
        next.delete(id);
      }
    }
    onSelect(next);
  };
  const groups = resourceTypes
    .map((type) => ({ type, own: bookings.filter((booking) => booking.resource_type === type) }))
    .filter(({ own }) => own.length > 0);
  const list = useRef<HTMLDivElement>(null);
  useSteadyScroll(list);
  return (
    <div ref={list}>
      {groups.map(({ type, own }) => (
        <StaffGroup key={type} type={type} bookings={own} selected={selected} onMark={mark} {...rest} />
      ))}
    </div>
  );
}
