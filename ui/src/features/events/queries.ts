import { queryOptions } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { EventFilter, EventMoveCheck, EventSort } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";

const keys = {
  list: (filter: EventFilter, sort: EventSort) => [...roots.events, "list", filter, sort] as const,
  board: (filter: EventFilter) => [...roots.events, "board", filter] as const,
  types: [...roots.events, "types"] as const,
  moves: (input: EventMoveCheck) => [...roots.tasks, "moves", input] as const,
};

/** For {@link useWindow}: the list a page at a time. */
export function eventWindow(filter: EventFilter, sort: EventSort) {
  return {
    key: keys.list(filter, sort),
    run: async (offset: number, limit: number) =>
      unwrap(await commands.eventList({ filter, sort, offset, limit })),
  };
}

export const eventBoardQuery = (filter: EventFilter) =>
  queryOptions({
    queryKey: keys.board(filter),
    queryFn: async () => unwrap(await commands.eventBoard({ filter, per_column: 50 })),
    placeholderData: (previous) => previous,
  });

/** What would move along with an event; times that mean nothing yet move nothing. */
export const movesAlongQuery = (input: EventMoveCheck) =>
  queryOptions({
    queryKey: keys.moves(input),
    queryFn: async () => unwrap(await commands.eventMovePreview(input)),
  });

export const eventTypesQuery = queryOptions({
  queryKey: keys.types,
  queryFn: async () => unwrap(await commands.eventTypes()).types,
});
