import { useNavigate } from "@tanstack/react-router";
import { X } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { Failed, Loading } from "@/components/States";
import { useFormat } from "@/components/session";
import { useTaskActions, useTaskReasons } from "@/components/tasks/actions";
import { DeleteTasksDialog } from "@/components/tasks/DeleteTasksDialog";
import { stepOfKey, taskPlace, tasksWord } from "@/components/tasks/words";
import { useWindow } from "@/components/use-window";
import { WindowedTable } from "@/components/WindowedTable";
import type { TaskFilter, TaskRow, TaskSort, TaskStatus } from "@/ipc/types";
import { BatchBar } from "./BatchBar";
import { columnsFor, grid, gridByEvent } from "./columns";
import { taskWindow } from "./queries";
import { useSelection } from "./use-selection";

type Props = {
  filter: TaskFilter;
  sort: TaskSort;
  byEvent: boolean;
  onSort: (sort: TaskSort) => void;
  empty: ReactNode;
};

/** The table, what can be done to its rows by keyboard or all at once, and why something was refused. */
export function TaskList({ filter, sort, byEvent, onSort, empty }: Props) {
  const navigate = useNavigate();
  const format = useFormat();
  const ask = taskWindow(filter, sort);
  const list = useWindow(ask);
  const selection = useSelection(JSON.stringify(filter), list, ask.run);
  const reasons = useTaskReasons();
  const { move, assign } = useTaskActions({ ownErrors: true });
  const [refused, setRefused] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<TaskRow[] | null>(null);
  const assignButton = useRef<HTMLButtonElement>(null);

  const moving = useMemo(
    () => new Set(move.isPending ? move.variables.moves.map((step) => step.task_id) : []),
    [move.isPending, move.variables],
  );
  const settle = {
    onSuccess: () => {
      if (selection.rows.length > 0) {
        selection.clear();
      }
    },
    onError: (error: { message: string }) => setRefused(error.message),
  };
  const mayNot = (rows: TaskRow[], what: "move" | "assign" | "remove"): boolean => {
    const why = rows.map((row) => reasons[what](row)).find((reason) => reason !== null) ?? null;
    setRefused(why);
    return why !== null;
  };
  const moveAll = (rows: TaskRow[], to: (row: TaskRow) => TaskStatus | null) => {
    const moves = rows.flatMap((row) => {
      const step = to(row);
      return step && step !== row.status && !moving.has(row.id) ? [{ task_id: row.id, to: step }] : [];
    });
    if (moves.length > 0 && !mayNot(rows, "move")) {
      // Each answer is told, also where the next key was pressed before it came.
      void move.mutateAsync({ moves }).then(settle.onSuccess, settle.onError);
    }
  };
  const remove = (rows: TaskRow[]) => {
    if (rows.length > 0 && !mayNot(rows, "remove")) {
      setDeleting(rows);
    }
  };
  const onKey = (event: KeyboardEvent, row: TaskRow | undefined): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return false;
    }
    const rows = selection.rows.length > 0 ? selection.rows : row ? [row] : [];
    const key = event.key.toLowerCase();
    if (key === "escape" && (selection.rows.length > 0 || refused)) {
      selection.clear();
      setRefused(null);
    } else if (rows.length === 0) {
      return false;
    } else if (key === "s" || key === "c" || key === "r") {
      moveAll(rows, (one) => stepOfKey(key, one.status));
    } else if (key === "delete") {
      remove(rows);
    } else if (key === "a") {
      if (!mayNot(rows, "assign")) {
        for (const one of rows) {
          selection.choose(one);
        }
        // The bar is there once the choice has been painted.
        requestAnimationFrame(() => assignButton.current?.click());
      }
    } else {
      return false;
    }
    return true;
  };

  const latest = useRef(moveAll);
  latest.current = moveAll;
  const onMove = useCallback((row: TaskRow, to: TaskStatus) => latest.current([row], () => to), []);
  const columns = useMemo(
    () => columnsFor(byEvent, format, { onMove, moving }),
    [byEvent, format, onMove, moving],
  );

  if (list.error) {
    return <Failed error={list.error} onRetry={list.retry} />;
  }
  if (list.loading) {
    return <Loading label="Reading tasks…" />;
  }
  return (
    <>
      {list.total === 0 ? (
        <div className="min-h-0 flex-1 overflow-y-auto">{empty}</div>
      ) : (
        <WindowedTable
          label="Tasks"
          list={list}
          columns={columns}
          grid={byEvent ? gridByEvent : grid}
          sort={sort}
          onSort={onSort}
          onOpen={(row) => void navigate(taskPlace(row))}
          rowClass={(row) => (row.is_archived ? "text-text-3" : undefined)}
          selection={selection.table}
          onKey={onKey}
        />
      )}
      {refused ? <Refused message={refused} onClose={() => setRefused(null)} /> : null}
      {selection.rows.length > 0 ? (
        <BatchBar
          selection={selection}
          pending={move.isPending || assign.isPending}
          assignButton={assignButton}
          onMove={(to) => moveAll(selection.rows, () => to)}
          onAssign={(person) => {
            if (!mayNot(selection.rows, "assign")) {
              assign.mutate(
                { task_ids: selection.rows.map((row) => row.id), assigned_to: person?.value ?? null },
                settle,
              );
            }
          }}
          onDelete={() => remove(selection.rows)}
        />
      ) : list.total > 0 ? (
        <div className="flex justify-between gap-4 border-t border-line px-5 py-1.5 text-sm text-text-3">
          <span role="status" aria-label="Count">
            {tasksWord(list.total, format.number(list.total))}
          </span>
          <Keys />
        </div>
      ) : null}
      {deleting ? (
        <DeleteTasksDialog
          ids={deleting.map((row) => row.id)}
          onClose={() => setDeleting(null)}
          onDone={selection.clear}
        />
      ) : null}
    </>
  );
}

/** Why something was not done, where it was asked for; stays until it is closed or something else is done. */
function Refused({ message, onClose }: { message: string; onClose: () => void }) {
  return (
    <div role="alert" className="flex items-center gap-3 border-t border-line bg-danger-soft px-5 py-1.5">
      <span className="min-w-0 flex-1 break-words text-danger">{message}</span>
      <Button
        kind="ghost"
        size="small"
        aria-label="Close this notice"
        className="size-7 p-0"
        onClick={onClose}
      >
        <X size={14} aria-hidden="true" />
      </Button>
    </div>
  );
}

const keys = [
  ["J K", "move"],
  ["Space", "select"],
  ["S", "start"],
  ["C", "complete"],
  ["R", "reopen"],
  ["A", "assign"],
  ["Enter", "open"],
] as const;

function Keys() {
  return (
    <span aria-hidden="true" className="flex gap-3 truncate">
      {keys.map(([key, word]) => (
        <span key={key}>
          <kbd className="font-sans">{key}</kbd> {word}
        </span>
      ))}
    </span>
  );
}
