import { useNavigate } from "@tanstack/react-router";
import { Archive } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import type { Format } from "@/components/format";
import { Failed, Loading } from "@/components/States";
import { StatusChip } from "@/components/StatusMark";
import { useFormat } from "@/components/session";
import { useWindow } from "@/components/use-window";
import { type Column, WindowedTable } from "@/components/WindowedTable";
import type { EventFilter, EventRow, EventSort } from "@/ipc/types";
import { eventWindow } from "./queries";

const grid =
  "grid-cols-[minmax(140px,2fr)_minmax(90px,1.3fr)_244px_52px_112px] @4xl:grid-cols-[minmax(160px,2fr)_minmax(110px,1.3fr)_96px_252px_56px_116px] @5xl:grid-cols-[minmax(170px,2fr)_minmax(120px,1.3fr)_104px_252px_minmax(90px,1fr)_56px_116px]";

function columnsFor(format: Format): Column<EventRow, EventSort["by"]>[] {
  return [
    {
      id: "name",
      header: "Event",
      by: "name",
      className: "font-medium",
      cell: (row) => (
        // A plain link, named as one; the row opens the event. A router's link for every row costs more than the row.
        <a
          href={`#/events/${row.id}`}
          tabIndex={-1}
          title={row.name}
          onClick={(event) => event.preventDefault()}
          className="hover:underline"
        >
          <bdi>{row.name}</bdi>
        </a>
      ),
    },
    {
      id: "client",
      header: "Client",
      by: "client",
      className: "text-text-2",
      cell: (row) => (
        <span title={row.client_name}>
          <bdi>{row.client_name}</bdi>
        </span>
      ),
    },
    {
      id: "type",
      header: "Type",
      by: "event_type",
      className: "hidden text-text-2 @4xl:block",
      cell: (row) => row.event_type,
    },
    {
      id: "when",
      header: "When",
      by: "starts_at",
      cell: (row) => {
        const note = format.zoneNote(row.starts_at, row.time_zone);
        return (
          <span title={row.time_zone}>
            {format.span(row.starts_at, row.ends_at, row.time_zone)}
            {note ? <span className="text-text-3"> {note}</span> : null}
          </span>
        );
      },
    },
    {
      id: "where",
      header: "Where",
      className: "hidden text-text-2 @5xl:block",
      cell: (row) => <span title={row.location ?? undefined}>{row.location}</span>,
    },
    {
      id: "guests",
      header: "Guests",
      by: "attendees",
      className: "text-right",
      cell: (row) => (row.estimated_attendees === null ? null : format.number(row.estimated_attendees)),
    },
    {
      id: "status",
      header: "Status",
      by: "status",
      cell: (row) => (
        <span className="flex items-center gap-1.5">
          <StatusChip status={row.status} />
          {row.is_archived ? <Archive size={13} aria-label="archived" className="text-text-3" /> : null}
        </span>
      ),
    },
  ];
}

type Props = {
  filter: EventFilter;
  sort: EventSort;
  onSort: (sort: EventSort) => void;
  empty: ReactNode;
};

export function EventTable({ filter, sort, onSort, empty }: Props) {
  const navigate = useNavigate();
  const format = useFormat();
  const columns = useMemo(() => columnsFor(format), [format]);
  const list = useWindow(eventWindow(filter, sort));
  if (list.error) {
    return <Failed error={list.error} onRetry={list.retry} />;
  }
  if (list.loading) {
    return <Loading label="Reading events…" />;
  }
  if (list.total === 0) {
    return empty;
  }
  return (
    <>
      <WindowedTable
        label="Events"
        list={list}
        columns={columns}
        grid={grid}
        sort={sort}
        onSort={onSort}
        onOpen={(row) => void navigate({ to: "/events/$eventId", params: { eventId: row.id } })}
        rowClass={(row) => (row.is_archived ? "text-text-3" : undefined)}
      />
      <div
        role="status"
        aria-label="Count"
        className="flex justify-between border-t border-line px-5 py-1.5 text-sm text-text-3"
      >
        <span>
          {format.number(list.total)} {list.total === 1 ? "event" : "events"}
          {sort.by === "coming" && list.total > 1 ? ", what is coming first" : null}
        </span>
        <span aria-hidden="true">
          <kbd className="font-sans">J</kbd> <kbd className="font-sans">K</kbd> move ·{" "}
          <kbd className="font-sans">Enter</kbd> open
        </span>
      </div>
    </>
  );
}
