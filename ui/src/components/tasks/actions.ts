/** What can be done to tasks, wherever they are shown, and why not. */
import { commands } from "@/ipc/bindings";
import type { TaskRow } from "@/ipc/types";
import { useAction } from "../actions";
import { useReadOnly, useSession } from "../session";

export function useTaskActions({ ownErrors = false }: { ownErrors?: boolean } = {}) {
  return {
    move: useAction(commands.taskMove, { ownErrors }),
    assign: useAction(commands.taskAssign, { ownErrors }),
  };
}

const archived = "The event of this task is archived; un-archive it first.";

/** Why something cannot be done to a task of a list, or null; the shell knows the rest when it is asked. */
export function useTaskReasons() {
  const readOnly = useReadOnly();
  const { permissions } = useSession();
  const may = (row: TaskRow | null, names: string[], words: string) =>
    readOnly ??
    (row?.is_archived
      ? archived
      : names.some((name) => permissions.includes(name))
        ? null
        : `You may not ${words} in this organization.`);
  return {
    move: (row: TaskRow | null) =>
      may(
        row,
        row === null || row.is_mine ? ["tasks.status", "tasks.status_own"] : ["tasks.status"],
        row === null || row.is_mine ? "change tasks" : "change tasks that are not yours",
      ),
    assign: (row: TaskRow | null) => may(row, ["tasks.assign"], "assign tasks"),
    remove: (row: TaskRow | null) => may(row, ["tasks.delete"], "delete tasks"),
    create: may(null, ["tasks.create"], "create tasks"),
  };
}
