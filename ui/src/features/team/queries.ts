import { queryOptions } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import { unwrap } from "@/ipc/unwrap";

/** Members, matrix and invitations; the last come from the server and never change what the replica knows. */
export const teamQuery = queryOptions({
  queryKey: [...roots.team, "all"],
  queryFn: async () => unwrap(await commands.team()),
});

/** People on the staff list whose sign-in nobody has yet. */
export const unlinkedStaffQuery = (text: string) =>
  queryOptions({
    queryKey: [...roots.resources, "unlinked", text],
    queryFn: async () => {
      const page = unwrap(
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
          limit: 100,
        }),
      );
      return page.rows.filter((row) => row.user_id === null);
    },
    placeholderData: (previous) => previous,
  });
