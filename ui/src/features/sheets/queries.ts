import { queryOptions } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import { unwrap } from "@/ipc/unwrap";

export const eventSheetQuery = (id: string) =>
  queryOptions({
    queryKey: [...roots.events, "sheet", id],
    queryFn: async () => unwrap(await commands.eventSheet({ event_id: id })),
  });

export const personDayQuery = (id: string, date: string) =>
  queryOptions({
    queryKey: [...roots.resources, "day", id, date],
    queryFn: async () => unwrap(await commands.personDay({ resource_id: id, date })),
    placeholderData: (previous) => previous,
  });
