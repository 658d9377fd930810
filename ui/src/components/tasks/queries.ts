/** Tasks of an event and the people they can be given to, for every screen that shows them. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import { unwrap } from "@/ipc/unwrap";

export const eventTasksQuery = (eventId: string) =>
  queryOptions({
    queryKey: [...roots.tasks, "event", eventId],
    queryFn: async () => unwrap(await commands.eventTasks({ event_id: eventId })),
  });

export const taskCountsQuery = queryOptions({
  queryKey: [...roots.tasks, "counts"],
  queryFn: async () => unwrap(await commands.taskCounts()),
  // What was due becomes late without anybody changing it.
  refetchInterval: 60_000,
});

/** People whose name or role has what was typed. */
export const staffQuery = (text: string) =>
  queryOptions({
    queryKey: [...roots.resources, "staff", text],
    queryFn: async () =>
      unwrap(
        await commands.resourceList({
          filter: {
            types: ["staff"],
            text: text === "" ? null : text,
            available: "any",
            free_from: null,
            free_until: null,
          },
          sort: { by: "name", descending: false },
          offset: 0,
          limit: 50,
        }),
      ).rows.map((row) => ({
        value: row.id,
        label: row.name,
        note: row.is_available ? row.role : "not available",
      })),
    placeholderData: keepPreviousData,
  });

/** A person's name, for a filter that only knows the id. */
export const personQuery = (id: string | null) =>
  queryOptions({
    queryKey: [...roots.resources, "name", id],
    enabled: id !== null,
    queryFn: async () => unwrap(await commands.resourcePage({ resource_id: id ?? "" })).row,
  });
