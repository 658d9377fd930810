import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { TaskFilter, TaskSort } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";

/** For {@link useWindow}: the list a page at a time. */
export function taskWindow(filter: TaskFilter, sort: TaskSort) {
  return {
    key: [...roots.tasks, "list", filter, sort] as const,
    run: async (offset: number, limit: number) =>
      unwrap(await commands.taskList({ filter, sort, offset, limit })),
  };
}
