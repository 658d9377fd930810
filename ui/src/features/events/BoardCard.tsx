import { useDraggable } from "@dnd-kit/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { Button } from "@/components/Button";
import { cx } from "@/components/class-names";
import { mayMove } from "@/components/event-actions";
import { eventPageQuery } from "@/components/event-page";
import { Menu } from "@/components/Menu";
import { StatusGlyph } from "@/components/StatusMark";
import { useFormat, useReadOnly } from "@/components/session";
import { statuses, statusWord } from "@/components/statuses";
import type { EventRow, Status } from "@/ipc/types";

type Props = { row: EventRow; pending: boolean; onMove: (row: EventRow, to: Status) => void };

export function DraggableCard({ row, pending, onMove }: Props) {
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const fixed = pending || readOnly !== null || row.is_archived;
  const { setNodeRef, attributes, listeners, isDragging } = useDraggable({
    id: row.id,
    data: { row, status: row.status },
    disabled: fixed,
  });
  const open = () => void navigate({ to: "/events/$eventId", params: { eventId: row.id } });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === "Enter" && !isDragging) {
      event.preventDefault();
      open();
      return;
    }
    listeners?.onKeyDown?.(event);
  };
  return (
    <div className="group relative">
      {/* biome-ignore lint/a11y/useSemanticElements: a button may not hold headings, and the whole card is the handle */}
      <div
        ref={setNodeRef}
        {...attributes}
        {...listeners}
        role="button"
        tabIndex={0}
        aria-disabled={false}
        aria-roledescription={fixed ? undefined : "movable event"}
        aria-label={`${row.name}, ${statusWord(row.status)}${pending ? ", saving" : ""}`}
        aria-busy={pending || undefined}
        onClick={open}
        onKeyDown={onKeyDown}
        className={cx("rounded-lg", isDragging && "opacity-40")}
      >
        <Card row={row} pending={pending} />
      </div>
      {fixed ? null : <MoveMenu row={row} onMove={onMove} />}
    </div>
  );
}

/** What a card says; also what is seen of it while it is held. */
export function Card({ row, pending, lifted }: { row: EventRow; pending?: boolean; lifted?: boolean }) {
  const format = useFormat();
  const note = format.zoneNote(row.starts_at, row.time_zone);
  return (
    <div
      className={cx(
        "grid gap-0.5 rounded-lg border border-line bg-raised px-2.5 py-2",
        lifted && "shadow-pop",
        pending && "border-dashed border-edge opacity-70",
      )}
    >
      <span className="truncate pr-5 font-medium" title={row.name}>
        <bdi>{row.name}</bdi>
      </span>
      <span className="truncate text-sm text-text-2" title={row.client_name}>
        <bdi>{row.client_name}</bdi>
      </span>
      <span className="truncate text-sm text-text-3">
        {format.day(row.starts_at, row.time_zone)}, {format.time(row.starts_at, row.time_zone)}
        {note ? ` ${note}` : ""}
      </span>
      {pending ? <span className="text-sm text-text-2">Saving…</span> : null}
    </div>
  );
}

/** The same moves without dragging. The shell is asked what is possible once the menu opens. */
function MoveMenu({ row, onMove }: { row: EventRow; onMove: (row: EventRow, to: Status) => void }) {
  const [open, setOpen] = useState(false);
  const page = useQuery({ ...eventPageQuery(row.id), enabled: open }).data;
  return (
    <Menu
      title="Move to"
      onOpenChange={setOpen}
      trigger={
        <Button
          kind="ghost"
          size="small"
          aria-label={`Move ${row.name}`}
          className="absolute top-1 right-1 size-6 p-0 opacity-0 group-hover:opacity-100 focus-visible:opacity-100 aria-expanded:opacity-100"
        >
          <Ellipsis size={14} aria-hidden="true" />
        </Button>
      }
      entries={statuses
        .filter((status) => status !== row.status)
        .map((status) => {
          const may = page && mayMove(page, status);
          return {
            key: status,
            label: statusWord(status),
            mark: <StatusGlyph status={status} />,
            reason: may ? (may.allowed ? null : may.reason) : "…",
            onSelect: () => onMove(row, status),
          };
        })}
    />
  );
}
