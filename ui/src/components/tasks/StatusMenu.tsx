import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import type { EventTask, TaskRow, TaskStatus } from "@/ipc/types";
import { cx } from "../class-names";
import { Menu } from "../Menu";
import { useReadOnly } from "../session";
import { eventTasksQuery } from "./queries";
import { TaskGlyph } from "./TaskMark";
import { stepWord, taskStatusColour, taskStatuses, taskStatusWord } from "./words";

type Props = {
  row: TaskRow;
  /** What it may become; asked when the list opens, where it is not known yet. */
  mayMove?: EventTask["may_move"];
  onMove: (to: TaskStatus) => void;
  pending?: boolean;
  /** Only the shape, where the word stands beside it. */
  compact?: boolean;
};

/** The same for long lists: the menu is only made for the row where it is asked for. */
export function TaskStatusCell({ row, onMove, pending }: Pick<Props, "row" | "onMove" | "pending">) {
  const [asked, setAsked] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: only keeps the press from the row
    <span onClick={(event) => event.stopPropagation()}>
      {asked ? (
        <TaskStatusMenu row={row} onMove={onMove} pending={pending} defaultOpen />
      ) : (
        <button
          type="button"
          tabIndex={-1}
          aria-haspopup="menu"
          aria-label={`Status of ${row.title}: ${taskStatusWord(row.status)}`}
          aria-busy={pending || undefined}
          onClick={() => setAsked(true)}
          className={cx(look, "border-current/30 px-1.5", taskStatusColour(row.status))}
        >
          <Word status={row.status} />
        </button>
      )}
    </span>
  );
}

const look =
  "hit-44 inline-flex h-7 items-center gap-1.5 rounded-[5px] border text-sm whitespace-nowrap hover:bg-hover aria-busy:opacity-55";

function Word({ status }: { status: TaskStatus }) {
  return (
    <>
      <TaskGlyph status={status} size={12} />
      {taskStatusWord(status)}
      <ChevronDown size={12} aria-hidden="true" className="opacity-70" />
    </>
  );
}

/** A task's status, and what it may become; what it may not is there too, with the reason. */
export function TaskStatusMenu({
  row,
  mayMove,
  onMove,
  pending,
  compact,
  defaultOpen = false,
}: Props & { defaultOpen?: boolean }) {
  const [open, setOpen] = useState(defaultOpen);
  const readOnly = useReadOnly();
  const asked = useQuery({ ...eventTasksQuery(row.event_id), enabled: open && !mayMove });
  const verdicts = mayMove ?? asked.data?.tasks.find((task) => task.row.id === row.id)?.may_move;
  const reason = (to: TaskStatus): string | null => {
    if (readOnly) {
      return readOnly;
    }
    if (!verdicts) {
      return asked.error ? "This task cannot be read now." : "One moment…";
    }
    const may = verdicts.find((step) => step.to === to)?.may;
    return may?.allowed ? null : (may?.reason ?? "Not possible now.");
  };
  const word = taskStatusWord(row.status);
  return (
    <Menu
      title={row.title}
      onOpenChange={setOpen}
      defaultOpen={defaultOpen}
      trigger={
        <button
          type="button"
          aria-label={`Status of ${row.title}: ${word}`}
          aria-busy={pending || undefined}
          className={cx(
            look,
            compact ? "w-7 justify-center border-transparent" : "border-current/30 px-1.5",
            taskStatusColour(row.status),
          )}
        >
          {compact ? <TaskGlyph status={row.status} size={15} /> : <Word status={row.status} />}
        </button>
      }
      entries={taskStatuses
        .filter((to) => to !== row.status)
        .map((to) => ({
          key: to,
          label: stepWord(row.status, to),
          mark: <TaskGlyph status={to} />,
          reason: reason(to),
          onSelect: () => onMove(to),
        }))}
    />
  );
}
