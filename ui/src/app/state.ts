/** Which of the app's states the window shows, as the shell sees it. */
import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { stateKey } from "@/components/app-state";
import { notify } from "@/components/notices";
import { goBy } from "@/components/now";
import { syncKey, syncQuery } from "@/components/session";
import { taskCountsQuery } from "@/components/tasks/queries";
import { undoStack } from "@/components/undo-stack";
import { updateKey } from "@/components/updates/queries";
import { firstPage } from "@/components/use-window";
import { eventTypesQuery, eventWindow } from "@/features/events/queries";
import { rememberedEventsSearch, toFilter, toSort } from "@/features/events/search-params";
import { todayQuery } from "@/features/today/queries";
import { commands } from "@/ipc/bindings";
import { followReplica, forgetReplica, onLive } from "@/ipc/live";
import type { AppState, Session } from "@/ipc/types";
import { asCommandError, unwrap } from "@/ipc/unwrap";

/** Whose data the caches hold; anything else must not be seen beside it. */
function holder(state: AppState | undefined): string {
  return state?.phase === "ready"
    ? `${state.session.server.server_id}/${state.session.organization.id}/${state.session.user_id}`
    : "";
}

/** Forgets what was read for somebody else. Runs before the new state is painted. */
function watchHolder(client: QueryClient): () => void {
  let last = holder(client.getQueryData<AppState>(stateKey));
  return client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.query.queryKey[1] !== stateKey[1]) {
      return;
    }
    const now = holder(client.getQueryData<AppState>(stateKey));
    if (now !== last) {
      const before = last;
      last = now;
      // Before anybody there was nothing to forget, and the first list may be on its way.
      if (before === "") {
        return;
      }
      forgetReplica(client);
      client.removeQueries({ queryKey: syncKey });
      undoStack.clear();
    }
  });
}

/** Asks what the first screen and what surrounds it will ask. */
async function readAhead(client: QueryClient, session: Session): Promise<void> {
  const around = [client.prefetchQuery(syncQuery), client.prefetchQuery(taskCountsQuery)];
  const zone = session.organization.time_zone;
  if (/^#?\/?(today.*)?$/.test(window.location.hash)) {
    await Promise.all([client.prefetchQuery(todayQuery), ...around]);
    return;
  }
  const search = rememberedEventsSearch();
  const list = firstPage(eventWindow(toFilter(search, zone), toSort(search)));
  await Promise.all([client.prefetchQuery(list), client.prefetchQuery(eventTypesQuery), ...around]);
}

declare global {
  interface Window {
    /** The app's state, which the page asks for before these scripts are read. */
    clocheStart?: Promise<unknown> | undefined;
  }
}

async function askState(): Promise<AppState> {
  const asked = window.clocheStart;
  window.clocheStart = undefined;
  if (!asked) {
    return unwrap(await commands.appStart());
  }
  try {
    return (await asked) as AppState;
  } catch (error) {
    throw asCommandError(error);
  }
}

/** What the app shows: asked once, then announced. */
const stateQuery = queryOptions({
  queryKey: stateKey,
  queryFn: askState,
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** Reads the app's state and what its first screen will ask, before anything is drawn. */
export async function openAhead(client: QueryClient): Promise<void> {
  const beforeAnybodyListened = window.clocheStart !== undefined;
  await client.prefetchQuery(stateQuery);
  const state = client.getQueryData<AppState>(stateKey);
  if (state?.phase !== "ready") {
    return;
  }
  if (beforeAnybodyListened) {
    // Access may have been lost in between: asked once more as soon as the first screen stands.
    void client.invalidateQueries({ queryKey: stateKey, refetchType: "none" });
  }
  await readAhead(client, state.session);
}

/** Keeps the caches true to what the shell announces; returns how to stop. */
function follow(client: QueryClient): () => void {
  const stops = [
    onLive("app_state", (state) => {
      // The answer to a start still on its way is older than this.
      void client.cancelQueries({ queryKey: stateKey });
      client.setQueryData(stateKey, state);
    }),
    onLive("sync_status", (status) => {
      client.setQueryData(syncKey, goBy(status));
      if (client.isFetching({ queryKey: syncKey }) > 0) {
        // An answer still on its way may be older than this and would overwrite it: ask again instead.
        void client.invalidateQueries({ queryKey: syncKey });
      }
    }),
    onLive("notice", notify),
    onLive("update_status", (status) => client.setQueryData(updateKey, status)),
    followReplica(client),
    watchHolder(client),
  ];
  return () => {
    for (const stop of stops) {
      stop();
    }
  };
}

const followed = new WeakSet<QueryClient>();

/** Follows for as long as the window lives: what is read ahead must not miss what changes meanwhile. */
export function followForGood(client: QueryClient): void {
  followed.add(client);
  follow(client);
}

/** The app's state as it is now. */
export function useAppStart() {
  const client = useQueryClient();
  useEffect(() => (followed.has(client) ? undefined : follow(client)), [client]);
  return useQuery(stateQuery);
}
