import { useDroppable } from "@dnd-kit/core";
import { Button } from "@/components/Button";
import { cx } from "@/components/class-names";
import { StatusGlyph } from "@/components/StatusMark";
import { useFormat } from "@/components/session";
import { statusColour, statusWord } from "@/components/statuses";
import type { EventBoard, EventRow, May, Status } from "@/ipc/types";
import { DraggableCard } from "./BoardCard";

type Props = {
  column: EventBoard["columns"][number];
  /** While a card is held: whether it may be put here. */
  verdict: May | null;
  pending: ReadonlyMap<string, { to: Status }>;
  onMove: (row: EventRow, to: Status) => void;
  onShowAll: () => void;
};

export function Column({ column, verdict, pending, onMove, onShowAll }: Props) {
  const format = useFormat();
  const { setNodeRef, isOver } = useDroppable({ id: column.status });
  const more = column.total - column.rows.length;
  return (
    <section
      ref={setNodeRef}
      aria-label={`${statusWord(column.status)}: ${column.total}`}
      data-status={column.status}
      className={cx(
        "flex min-h-0 w-52 min-w-48 flex-1 flex-col rounded-lg border border-transparent bg-canvas transition-colors duration-100",
        verdict?.allowed && "border-dashed border-accent",
        verdict?.allowed && isOver && "bg-accent-soft",
        verdict && !verdict.allowed && "opacity-55",
      )}
    >
      <h2
        className={cx(
          "flex items-center gap-1.5 px-3 pt-2.5 pb-1.5 text-sm font-semibold",
          statusColour(column.status),
        )}
      >
        <StatusGlyph status={column.status} />
        {statusWord(column.status)}
        <span className="ml-auto font-normal text-text-3">{format.number(column.total)}</span>
      </h2>
      {verdict && !verdict.allowed && isOver ? (
        <p role="status" className="px-3 pb-1.5 text-sm text-text-2">
          {verdict.reason}
        </p>
      ) : null}
      <ul className="flex min-h-0 flex-1 flex-col gap-1.5 overflow-y-auto px-1.5 pb-2">
        {column.rows.map((row) => (
          <li key={row.id}>
            <DraggableCard row={row} pending={pending.has(row.id)} onMove={onMove} />
          </li>
        ))}
        {column.rows.length === 0 ? (
          <li className="px-2 py-3 text-center text-sm text-text-3">None</li>
        ) : null}
        {more > 0 ? (
          <li>
            <Button kind="ghost" size="small" className="w-full" onClick={onShowAll}>
              {format.number(more)} more in the table
            </Button>
          </li>
        ) : null}
      </ul>
    </section>
  );
}
