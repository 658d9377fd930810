import { queryOptions } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import { unwrap } from "@/ipc/unwrap";

/** What needs somebody now. */
export const todayQuery = queryOptions({
  queryKey: roots.today,
  queryFn: async () => unwrap(await commands.today()),
  // What was due becomes late, and who was busy becomes free, without anybody changing it.
  refetchInterval: 60_000,
});
