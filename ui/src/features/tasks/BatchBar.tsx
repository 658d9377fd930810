import { ArrowRight, Trash2, UserRound, X } from "lucide-react";
import type { Ref } from "react";
import { Button } from "@/components/Button";
import type { Option } from "@/components/Combobox";
import { Menu } from "@/components/Menu";
import { useFormat } from "@/components/session";
import { AssigneeButton } from "@/components/tasks/AssigneeButton";
import { useTaskReasons } from "@/components/tasks/actions";
import { TaskGlyph } from "@/components/tasks/TaskMark";
import { taskStatuses, taskStatusWord, tasksWord } from "@/components/tasks/words";
import type { TaskStatus } from "@/ipc/types";
import { most, type Selection } from "./use-selection";

type Props = {
  selection: Selection;
  pending: boolean;
  assignButton: Ref<HTMLButtonElement>;
  onMove: (to: TaskStatus) => void;
  onAssign: (person: Option | null) => void;
  onDelete: () => void;
};

/** What can be done to all the chosen tasks in one change with one undo. */
export function BatchBar({ selection, pending, assignButton, onMove, onAssign, onDelete }: Props) {
  const format = useFormat();
  const reasons = useTaskReasons();
  const { rows } = selection;
  const first = (what: "move" | "assign" | "remove") =>
    rows.map((row) => reasons[what](row)).find((reason) => reason !== null) ?? null;
  const assignReason = first("assign");
  const moveReason = first("move");
  const assign = (
    <Button
      aria-label="Assign to…"
      ref={assignButton}
      reason={assignReason}
      pending={pending}
      tip="A"
      aria-keyshortcuts="a"
    >
      <UserRound size={14} aria-hidden="true" />
      Assign to…
    </Button>
  );
  return (
    <section
      aria-label="Selected tasks"
      className="flex min-h-12 items-center gap-2 border-t border-line bg-accent-soft px-5 py-1.5"
    >
      <span role="status" aria-label="Selected" className="mr-2 font-medium">
        {tasksWord(rows.length, format.number(rows.length))} selected
        {selection.capped ? (
          <span className="font-normal text-text-2"> · at most {format.number(most)} at once</span>
        ) : null}
      </span>
      <Menu
        trigger={
          <Button reason={moveReason} pending={pending}>
            <ArrowRight size={14} aria-hidden="true" />
            {pending ? "Saving…" : "Move to…"}
          </Button>
        }
        entries={taskStatuses.map((status) => ({
          key: status,
          label: taskStatusWord(status),
          mark: <TaskGlyph status={status} />,
          reason: moveReason,
          onSelect: () => onMove(status),
        }))}
      />
      <AssigneeButton
        label="Assign the selected tasks"
        value={null}
        offerNobody
        onPick={onAssign}
        disabled={assignReason !== null || pending}
        trigger={assign}
      />
      <Button
        reason={first("remove")}
        pending={pending}
        tip="Del"
        aria-keyshortcuts="Delete"
        onClick={onDelete}
      >
        <Trash2 size={14} aria-hidden="true" />
        Delete…
      </Button>
      <Button kind="ghost" className="ml-auto" tip="Esc" aria-keyshortcuts="Escape" onClick={selection.clear}>
        <X size={14} aria-hidden="true" />
        Clear the selection
      </Button>
    </section>
  );
}
