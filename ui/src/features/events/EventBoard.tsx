import {
  DndContext,
  type DragEndEvent,
  DragOverlay,
  type DragStartEvent,
  KeyboardSensor,
  PointerSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { CancelEventDialog } from "@/components/CancelEventDialog";
import { mayMove, useEventActions } from "@/components/event-actions";
import { eventPageQuery } from "@/components/event-page";
import { complain } from "@/components/notices";
import { Failed, Loading } from "@/components/States";
import { statusWord } from "@/components/statuses";
import type { EventBoard as Board, EventFilter, EventPage, EventRow, May, Status } from "@/ipc/types";
import { CommandError } from "@/ipc/unwrap";
import { Card } from "./BoardCard";
import { Column } from "./BoardColumn";
import { columnSteps, underCard } from "./board-keyboard";
import { eventBoardQuery } from "./queries";

type Props = { filter: EventFilter; empty: ReactNode; onShowAll: (status: Status) => void };

/** Events by status; a card moves by pointer, by Space and arrows, or by its menu. */
export function EventBoard({ filter, empty, onShowAll }: Props) {
  const board = useQuery(eventBoardQuery(filter));
  const moves = useMoves();
  const [held, setHeld] = useState<{ row: EventRow; page: EventPage | null } | null>(null);
  const [cancelling, setCancelling] = useState<EventRow | null>(null);
  const client = useQueryClient();
  const heldNow = useRef(held);
  heldNow.current = held;

  const steps = useMemo(
    () =>
      columnSteps((status) => {
        const page = heldNow.current?.page;
        return page ? status === page.row.status || mayMove(page, status).allowed : false;
      }),
    [],
  );
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 6 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: steps,
      keyboardCodes: { start: ["Space"], end: ["Space", "Enter"], cancel: ["Escape"] },
    }),
  );

  const move = useCallback(
    async (row: EventRow, to: Status) => {
      if (to === row.status) {
        return;
      }
      try {
        const may = mayMove(await client.fetchQuery(eventPageQuery(row.id)), to);
        if (!may.allowed) {
          complain(refusal(may));
        } else if (to === "cancelled") {
          setCancelling(row);
        } else {
          moves.send(row, to);
        }
      } catch (error) {
        complain(error);
      }
    },
    [client, moves.send],
  );

  const pickUp = ({ active }: DragStartEvent) => {
    const row = active.data.current?.row as EventRow;
    setHeld({ row, page: null });
    client.fetchQuery(eventPageQuery(row.id)).then(
      (page) => setHeld((now) => (now?.row.id === row.id ? { row, page } : now)),
      () => undefined,
    );
  };
  const drop = ({ over }: DragEndEvent) => {
    const row = held?.row;
    setHeld(null);
    if (row && over) {
      void move(row, over.id as Status);
    }
  };

  if (board.error) {
    return <Failed error={board.error} onRetry={() => void board.refetch()} />;
  }
  if (!board.data) {
    return <Loading label="Reading events…" />;
  }
  if (board.data.columns.every((column) => column.total === 0)) {
    return empty;
  }
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={underCard}
      onDragStart={pickUp}
      onDragEnd={drop}
      onDragCancel={() => setHeld(null)}
      accessibility={{ announcements, screenReaderInstructions: { draggable: instructions } }}
    >
      <div className="flex min-h-0 flex-1 gap-2 overflow-x-auto p-3">
        {withMoves(board.data, moves.pending).map((column) => (
          <Column
            key={column.status}
            column={column}
            verdict={
              held?.page && held.row.status !== column.status ? mayMove(held.page, column.status) : null
            }
            pending={moves.pending}
            onMove={move}
            onShowAll={() => onShowAll(column.status)}
          />
        ))}
      </div>
      <DragOverlay dropAnimation={null}>{held ? <Card row={held.row} lifted /> : null}</DragOverlay>
      <CancelEventDialog event={cancelling} onClose={() => setCancelling(null)} />
    </DndContext>
  );
}

function refusal(may: May): CommandError {
  return new CommandError({
    code: "refused",
    message: may.reason ?? "This step is not possible from here.",
    field: null,
    details: null,
    reference: null,
  });
}

/** Moves on their way: shown where they go, marked as not there yet, and back where they were if refused. */
function useMoves() {
  const [pending, setPending] = useState<ReadonlyMap<string, { row: EventRow; to: Status }>>(new Map());
  const { advance, reinstate } = useEventActions();
  const { mutateAsync: advanceTo } = advance;
  const { mutateAsync: bringBack } = reinstate;
  const send = useCallback(
    (row: EventRow, to: Status) => {
      setPending((now) => new Map(now).set(row.id, { row, to }));
      const sent =
        row.status === "cancelled" ? bringBack({ event_id: row.id }) : advanceTo({ event_id: row.id, to });
      // A refusal has said why already; either way the shell's answer is now what is shown.
      sent
        .catch(() => undefined)
        .finally(() =>
          setPending((now) => {
            const next = new Map(now);
            next.delete(row.id);
            return next;
          }),
        );
    },
    [advanceTo, bringBack],
  );
  return { pending, send };
}

function withMoves(
  board: Board,
  pending: ReadonlyMap<string, { row: EventRow; to: Status }>,
): Board["columns"] {
  const arriving = [...pending.values()];
  return board.columns.map((column) => {
    const coming = arriving.filter((move) => move.to === column.status).map((move) => move.row);
    const staying = column.rows.filter((row) => !pending.has(row.id));
    const left = column.rows.length - staying.length;
    return { ...column, total: column.total - left + coming.length, rows: [...coming, ...staying] };
  });
}

const instructions =
  "Press Space to pick up the event, the left and right arrows to choose a status, Space to put it there, Escape to leave it where it was.";

const announcements = {
  onDragStart: ({ active }: { active: { data: { current?: { row?: EventRow } | undefined } } }) =>
    `Picked up ${active.data.current?.row?.name ?? "the event"}.`,
  onDragOver: ({ over }: { over: { id: string | number } | null }) =>
    over ? `Over ${statusWord(String(over.id))}.` : undefined,
  onDragEnd: ({ over }: { over: { id: string | number } | null }) =>
    over ? `Put down at ${statusWord(String(over.id))}.` : "Left where it was.",
  onDragCancel: () => "Left where it was.",
};
