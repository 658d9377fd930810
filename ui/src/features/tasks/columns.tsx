import { Lock } from "lucide-react";
import { cx } from "@/components/class-names";
import type { Format } from "@/components/format";
import { Due } from "@/components/tasks/Due";
import { TaskStatusCell } from "@/components/tasks/StatusMenu";
import type { Column } from "@/components/WindowedTable";
import type { TaskRow, TaskSort, TaskStatus } from "@/ipc/types";

export const grid =
  "grid-cols-[20px_minmax(180px,1.7fr)_228px_minmax(120px,1.1fr)_136px_124px] @5xl:grid-cols-[20px_minmax(200px,1.8fr)_256px_minmax(150px,1.2fr)_160px_124px]";
export const gridByEvent =
  "grid-cols-[20px_minmax(190px,1.8fr)_minmax(140px,1.2fr)_228px_136px_124px] @5xl:grid-cols-[20px_minmax(220px,1.9fr)_minmax(160px,1.3fr)_256px_160px_124px]";

type TaskColumn = Column<TaskRow, TaskSort["by"]>;

type Doing = { onMove: (row: TaskRow, to: TaskStatus) => void; moving: ReadonlySet<string> };

const title: TaskColumn = {
  id: "title",
  header: "Task",
  by: "title",
  className: "flex items-center gap-2",
  cell: (row) => (
    <>
      <a
        // A plain link, named as one; the row opens the task. A router's link for every row costs more than the row.
        href={`#/events/${row.event_id}?tab=tasks&task=${row.id}`}
        tabIndex={-1}
        title={row.title}
        onClick={(event) => event.preventDefault()}
        className={cx("truncate font-medium hover:underline", row.status === "completed" && "text-text-2")}
      >
        <bdi>{row.title}</bdi>
      </a>
      {row.open_prerequisites > 0 && row.status !== "completed" ? (
        <span
          role="img"
          aria-label={waits(row.open_prerequisites)}
          title={waits(row.open_prerequisites)}
          className="flex shrink-0 items-center gap-0.5 text-sm text-warn"
        >
          <Lock size={12} aria-hidden="true" />
          {row.open_prerequisites}
        </span>
      ) : null}
    </>
  ),
};

const waits = (open: number) => `waits for ${open === 1 ? "1 open task" : `${open} open tasks`}`;

const due: TaskColumn = { id: "due", header: "Due", by: "due_at", cell: (row) => <Due row={row} /> };

const event: TaskColumn = {
  id: "event",
  header: "Event",
  by: "event",
  className: "text-text-2",
  cell: (row) => (
    <span title={row.event_name}>
      <bdi>{row.event_name}</bdi>
    </span>
  ),
};

/** Under its own tab each event stands out, with its day, where its tasks begin. */
const eventOnce = (format: Format): TaskColumn => ({
  ...event,
  cell: (row, before) => {
    const first = before?.event_id !== row.event_id;
    return (
      <span
        title={row.event_name}
        className={cx("flex gap-1.5", first ? "font-semibold text-text" : "text-text-3")}
      >
        <bdi className="truncate">{row.event_name}</bdi>
        {first ? (
          // Of two the name can be guessed from less.
          <span className="shrink-0 font-normal text-text-3">
            {format.day(row.event_starts_at, row.time_zone)}
          </span>
        ) : null}
      </span>
    );
  },
});

const assigned: TaskColumn = {
  id: "assigned",
  header: "Assigned to",
  by: "assigned_to",
  cell: (row) =>
    row.assigned_to ? (
      <span title={row.assigned_to_name ?? undefined}>
        <bdi>{row.assigned_to_name}</bdi>
      </span>
    ) : (
      <span className="text-text-3">nobody</span>
    ),
};

const status = ({ onMove, moving }: Doing): TaskColumn => ({
  id: "status",
  header: "Status",
  by: "status",
  // The button in it is larger than a line.
  className: "overflow-visible",
  cell: (row) => (
    <TaskStatusCell key={row.id} row={row} pending={moving.has(row.id)} onMove={(to) => onMove(row, to)} />
  ),
});

export function columnsFor(byEvent: boolean, format: Format, doing: Doing): TaskColumn[] {
  return byEvent
    ? [eventOnce(format), title, due, assigned, status(doing)]
    : [title, due, event, assigned, status(doing)];
}
