import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { ResourceFilter, ResourceSort } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";

/** For {@link useWindow}: the list a page at a time. */
export function resourceWindow(filter: ResourceFilter, sort: ResourceSort) {
  return {
    key: [...roots.resources, "list", filter, sort] as const,
    run: async (offset: number, limit: number) =>
      unwrap(await commands.resourceList({ filter, sort, offset, limit })),
  };
}
