/** What the shell says unasked, and which cached answers it makes stale. */
import type { QueryClient } from "@tanstack/react-query";
import { listen } from "@tauri-apps/api/event";
import type { LiveEvents } from "./types";

/** Roots of every query that reads the replica; keys elsewhere start with one of these. */
export const roots = {
  events: ["events"],
  clients: ["clients"],
  resources: ["resources"],
  schedule: ["schedule"],
  team: ["team"],
  tasks: ["tasks"],
  today: ["today"],
  search: ["search"],
  activity: ["activity"],
} as const;

/** A client's row shows its events and an event's row its client, so each table stales both. */
const staledBy: Record<string, (keyof typeof roots)[]> = {
  events: ["events", "clients", "resources", "schedule", "tasks", "today", "search", "activity"],
  event_status_log: ["events", "activity"],
  clients: ["clients", "events", "search", "activity"],
  memberships: ["events", "resources", "tasks", "team", "activity"],
  role_permissions: ["team"],
  resources: ["resources", "schedule", "events", "tasks", "today", "team", "search", "activity"],
  tasks: ["tasks", "today", "events", "resources", "schedule", "search", "activity"],
  task_dependencies: ["tasks", "today", "activity"],
  resource_schedule: ["resources", "schedule", "tasks", "today", "events", "activity"],
};

/** Calls `handle` for each `name` the shell sends until the returned function is called. */
export function onLive<Name extends keyof LiveEvents>(
  name: Name,
  handle: (payload: LiveEvents[Name]) => void,
): () => void {
  let stopped = false;
  const subscription = listen<LiveEvents[Name]>(name, (event) => {
    if (!stopped) {
      handle(event.payload);
    }
  });
  return () => {
    stopped = true;
    subscription.then((unlisten) => unlisten()).catch(() => undefined);
  };
}

/** Marks what `tables` feed as stale; resolves when what is on screen has been read again. */
async function invalidateTables(client: QueryClient, tables: string[]): Promise<void> {
  const stale = new Set(tables.flatMap((table) => staledBy[table] ?? []));
  await Promise.all([...stale].map((root) => client.invalidateQueries({ queryKey: roots[root] })));
}

/** Everything read from the replica is stale, e.g. after an action of this desk. */
export async function invalidateReplica(client: QueryClient): Promise<void> {
  await Promise.all(Object.values(roots).map((queryKey) => client.invalidateQueries({ queryKey })));
}

/** Forgets everything read from the replica: another organization, another person, or nobody. */
export function forgetReplica(client: QueryClient): void {
  for (const queryKey of Object.values(roots)) {
    client.removeQueries({ queryKey });
  }
}

/** Keeps the caches true to the replica; returns how to stop. */
export function followReplica(client: QueryClient): () => void {
  let waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = onLive("replica_changed", ({ tables }) => {
    for (const table of tables) {
      waiting.add(table);
    }
    // A catch-up announces many merges in a row: read again once per moment, not once per merge.
    timer ??= setTimeout(() => {
      const changed = [...waiting];
      waiting = new Set();
      timer = undefined;
      void invalidateTables(client, changed);
    }, 40);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
