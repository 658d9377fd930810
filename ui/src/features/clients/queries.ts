import { queryOptions } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { ClientSort } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";

/** For {@link useWindow}: the list a page at a time. */
export function clientWindow(text: string, sort: ClientSort) {
  return {
    key: [...roots.clients, "list", text, sort] as const,
    run: async (offset: number, limit: number) =>
      unwrap(await commands.clientList({ text: text === "" ? null : text, sort, offset, limit })),
  };
}

export const clientPageQuery = (id: string) =>
  queryOptions({
    queryKey: [...roots.clients, "page", id],
    queryFn: async () => unwrap(await commands.clientPage({ client_id: id })),
  });
