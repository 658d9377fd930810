/** One event with everything about it, for the screens, the board and the palette alike. */
import { queryOptions } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import { unwrap } from "@/ipc/unwrap";

export const eventPageQuery = (id: string) =>
  queryOptions({
    queryKey: [...roots.events, "page", id],
    queryFn: async () => unwrap(await commands.eventPage({ event_id: id })),
  });
