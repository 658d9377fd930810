/** The words, order and colours of tasks. What a task may become is the shell's answer, not ours. */
import type { TaskCategory, TaskRow, TaskStatus } from "@/ipc/types";
import { newer } from "../statuses";

export const taskStatuses = ["pending", "in_progress", "completed"] as const satisfies readonly TaskStatus[];
export const taskCategories = [
  "pre_event",
  "during_event",
  "post_event",
] as const satisfies readonly TaskCategory[];

const statusWords: Record<TaskStatus, string> = {
  pending: "Pending",
  in_progress: "In progress",
  completed: "Completed",
};
const statusColours: Record<TaskStatus, string> = {
  pending: "text-s-inquiry",
  in_progress: "text-s-planning",
  completed: "text-s-completed",
};
const categoryWords: Record<TaskCategory, string> = {
  pre_event: "Before the event",
  during_event: "During the event",
  post_event: "After the event",
};

export function taskStatusWord(status: string): string {
  return statusWords[status as TaskStatus] ?? newer;
}

export function taskStatusColour(status: string): string {
  return statusColours[status as TaskStatus] ?? "text-text-2";
}

export function categoryWord(category: string): string {
  return categoryWords[category as TaskCategory] ?? newer;
}

/** What it takes to bring a task from where it stands to `to`, as a button says it. */
export function stepWord(from: TaskStatus, to: TaskStatus): string {
  if (to === "completed") {
    return "Complete";
  }
  if (to === "in_progress") {
    return from === "completed" ? "Reopen" : "Start";
  }
  return from === "completed" ? "Reopen as pending" : "Put back";
}

/** The step that comes next in the life of a task; null for a completed one. */
export function nextTaskStep(status: TaskStatus): TaskStatus | null {
  return status === "pending" ? "in_progress" : status === "in_progress" ? "completed" : null;
}

/** What the keys mean for one task: S starts, C completes, R reopens. */
export function stepOfKey(key: string, status: TaskStatus): TaskStatus | null {
  switch (key.toLowerCase()) {
    case "s":
      return status === "pending" ? "in_progress" : null;
    case "c":
      return status === "completed" ? null : "completed";
    case "r":
      return status === "completed" ? "in_progress" : status === "in_progress" ? "pending" : null;
    default:
      return null;
  }
}

/** `1 task`, `12 tasks`. */
export function tasksWord(count: number, written = String(count)): string {
  return `${written} ${count === 1 ? "task" : "tasks"}`;
}

/** Where the page of a task's event shows it. */
export function taskPlace(row: Pick<TaskRow, "id" | "event_id">) {
  return {
    to: "/events/$eventId",
    params: { eventId: row.event_id },
    search: { tab: "tasks", task: row.id },
  } as const;
}
