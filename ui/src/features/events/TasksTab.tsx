import { useQuery } from "@tanstack/react-query";
import { ListChecks, Plus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { Empty, Failed, Loading } from "@/components/States";
import { useReadOnly } from "@/components/session";
import { useTaskActions } from "@/components/tasks/actions";
import { DeleteTasksDialog } from "@/components/tasks/DeleteTasksDialog";
import { eventTasksQuery } from "@/components/tasks/queries";
import { TaskSheet } from "@/components/tasks/TaskSheet";
import { categoryWord, stepOfKey, taskCategories } from "@/components/tasks/words";
import { focusItem, useItemKeys } from "@/components/use-item-keys";
import { usePressed } from "@/components/use-pressed";
import type { EventRow, EventTask, EventTasks, May, TaskCategory, TaskStatus } from "@/ipc/types";
import { TaskItem } from "./TaskItem";

type Props = {
  event: Pick<EventRow, "id" | "name" | "time_zone">;
  /** The task that somebody came for. */
  taskId: string | null;
};

/** What has to be done for one event, in the order in which it can be done. */
export function TasksTab({ event, taskId }: Props) {
  const tasks = useQuery(eventTasksQuery(event.id));
  if (tasks.error) {
    return <Failed error={tasks.error} onRetry={() => void tasks.refetch()} />;
  }
  return tasks.data ? (
    <Tasks event={event} taskId={taskId} all={tasks.data} />
  ) : (
    <Loading label="Reading the tasks…" />
  );
}

type Asked =
  | { kind: "new"; category: TaskCategory }
  | { kind: "edit"; id: string }
  | { kind: "delete"; id: string };

function Tasks({ event, taskId, all }: Props & { all: EventTasks }) {
  const list = useRef<HTMLDivElement>(null);
  const readOnly = useReadOnly();
  const { move, assign } = useTaskActions();
  const [asked, setAsked] = useState<Asked | null>(null);
  const reason = (may: May) => readOnly ?? (may.allowed ? null : (may.reason ?? "Not possible now."));
  const mayCreate = reason(all.may.create);
  const isMoving = (task: EventTask) =>
    move.isPending && move.variables.moves.some((step) => step.task_id === task.row.id);
  const go = (task: EventTask, to: TaskStatus) => {
    // Refused ones are asked for all the same: the shell says why.
    if (task.row.status !== to && !readOnly && !isMoving(task)) {
      move.mutate({ moves: [{ task_id: task.row.id, to }] });
    }
  };
  useItemKeys(list, (key, id) => {
    const task = all.tasks.find((one) => one.row.id === id);
    const to = task ? stepOfKey(key, task.row.status) : null;
    if (task && to) {
      go(task, to);
      return true;
    }
    if (task && key === "Delete" && !reason(all.may.delete)) {
      setAsked({ kind: "delete", id });
      return true;
    }
    return false;
  });
  usePressed("t", () => {
    if (!mayCreate) {
      setAsked({ kind: "new", category: "pre_event" });
    }
  });
  useArrival(list, taskId);

  return (
    <div ref={list} className="pb-8">
      <Summary all={all} reason={mayCreate} onNew={() => setAsked({ kind: "new", category: "pre_event" })} />
      {all.tasks.length === 0 ? (
        <Empty icon={ListChecks} title="What has to be done for this event will be here.">
          Before, during and after it: who does it by when, and what has to be finished first.
        </Empty>
      ) : null}
      {taskCategories.map((category) => {
        const tasks = all.tasks.filter((task) => task.row.category === category);
        return tasks.length === 0 ? null : (
          <section key={category} aria-label={categoryWord(category)}>
            <div className="flex items-center gap-2 pt-3 pb-1">
              <h2 className="text-sm font-semibold text-text-2">{categoryWord(category)}</h2>
              <span className="text-sm text-text-3">{doneOf(tasks)}</span>
              <Button
                kind="ghost"
                size="small"
                className="size-7 p-0"
                aria-label={`New task: ${categoryWord(category).toLowerCase()}`}
                reason={mayCreate}
                onClick={() => setAsked({ kind: "new", category })}
              >
                <Plus size={14} aria-hidden="true" />
              </Button>
            </div>
            <ul aria-label={`Tasks: ${categoryWord(category).toLowerCase()}`}>
              {tasks.map((task) => (
                <TaskItem
                  key={task.row.id}
                  task={task}
                  pending={isMoving(task)}
                  assignReason={reason(all.may.assign)}
                  deleteReason={reason(all.may.delete)}
                  onMove={(to) => go(task, to)}
                  onAssign={(person) =>
                    assign.mutate({ task_ids: [task.row.id], assigned_to: person?.value ?? null })
                  }
                  onOpen={() => setAsked({ kind: "edit", id: task.row.id })}
                  onDelete={() => setAsked({ kind: "delete", id: task.row.id })}
                  onShow={(id) => show(list.current, id)}
                />
              ))}
            </ul>
          </section>
        );
      })}
      {all.tasks.length > 0 ? <Keys /> : null}
      {asked?.kind === "new" ? (
        <TaskSheet event={event} taskId={null} category={asked.category} onClose={() => setAsked(null)} />
      ) : asked?.kind === "edit" ? (
        <TaskSheet event={event} taskId={asked.id} onClose={() => setAsked(null)} />
      ) : asked?.kind === "delete" ? (
        <DeleteTasksDialog
          ids={[asked.id]}
          task={all.tasks.find((task) => task.row.id === asked.id)}
          onClose={() => setAsked(null)}
        />
      ) : null}
    </div>
  );
}

function show(list: HTMLElement | null, id: string): void {
  focusItem(list?.querySelector<HTMLElement>(`[data-item="${CSS.escape(id)}"]`) ?? undefined);
}

/** Brings the task somebody came for into view, once. */
function useArrival(list: React.RefObject<HTMLElement | null>, taskId: string | null): void {
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (taskId !== null && shown.current !== taskId) {
      shown.current = taskId;
      show(list.current, taskId);
    }
  }, [list, taskId]);
}

function doneOf(tasks: EventTask[]): string {
  const done = tasks.filter((task) => task.row.status === "completed").length;
  return `${done} of ${tasks.length} done`;
}

function Summary({ all, reason, onNew }: { all: EventTasks; reason: string | null; onNew: () => void }) {
  const late = all.tasks.filter((task) => task.row.is_overdue).length;
  return (
    <div className="flex min-h-12 items-center gap-3 pt-2">
      {all.tasks.length > 0 ? (
        <span className="text-text-2">
          {doneOf(all.tasks)}
          {late > 0 ? <span className="text-danger"> · {late} overdue</span> : null}
        </span>
      ) : null}
      <Button
        kind={all.tasks.length === 0 ? "primary" : "plain"}
        className="ml-auto"
        reason={reason}
        tip="T"
        aria-keyshortcuts="t"
        onClick={onNew}
      >
        <Plus size={15} aria-hidden="true" />
        New task
      </Button>
    </div>
  );
}

function Keys() {
  const keys = [
    ["J K", "move"],
    ["S", "start"],
    ["C", "complete"],
    ["R", "reopen"],
    ["Enter", "open"],
    ["Del", "delete"],
  ];
  return (
    <p aria-hidden="true" className="flex flex-wrap gap-x-3 pt-4 text-sm text-text-3">
      {keys.map(([key, word]) => (
        <span key={key}>
          <kbd className="font-sans">{key}</kbd> {word}
        </span>
      ))}
    </p>
  );
}
