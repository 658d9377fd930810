/** Which of the app's states the window shows, as the shell sees it. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { stateKey } from "@/components/app-state";
import { notify } from "@/components/notices";
import { syncKey } from "@/components/session";
import { undoStack } from "@/components/undo-stack";
import { firstPage } from "@/components/use-window";
import { eventTypesQuery, eventWindow } from "@/features/events/queries";
import { rememberedEventsSearch, toFilter, toSort } from "@/features/events/search-params";
import { commands } from "@/ipc/bindings";
import { followReplica, forgetReplica, onLive } from "@/ipc/live";
import type { AppState, Session } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";

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

/** Asks for the first screen's list while the screen itself is still being built. */
function readAhead(client: QueryClient, session: Session): void {
  const search = rememberedEventsSearch();
  const list = eventWindow(toFilter(search, session.organization.time_zone), toSort(search));
  void client.prefetchQuery(firstPage(list));
  void client.prefetchQuery(eventTypesQuery);
}

/** Asks the shell once, then follows what it announces. */
export function useAppStart() {
  const client = useQueryClient();
  useEffect(() => {
    const stops = [
      onLive("app_state", (state) => {
        // The answer to a start still on its way is older than this.
        void client.cancelQueries({ queryKey: stateKey });
        client.setQueryData(stateKey, state);
      }),
      onLive("sync_status", (status) => {
        client.setQueryData(syncKey, status);
        if (client.isFetching({ queryKey: syncKey }) > 0) {
          // An answer still on its way may be older than this and would overwrite it: ask again instead.
          void client.invalidateQueries({ queryKey: syncKey });
        }
      }),
      onLive("notice", notify),
      followReplica(client),
      watchHolder(client),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }, [client]);
  return useQuery({
    queryKey: stateKey,
    queryFn: async () => {
      const state = unwrap(await commands.appStart());
      if (state.phase === "ready") {
        readAhead(client, state.session);
      }
      return state;
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}
