/** Who works here, in which organization, and whether changes are possible right now. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { commands } from "@/ipc/bindings";
import type { Session, SyncStatus } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { Format } from "./format";
import { goBy } from "./now";

const SessionContext = createContext<{ session: Session; format: Format } | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  const { locale, time_zone } = session.organization;
  const format = useMemo(() => new Format(locale, time_zone), [locale, time_zone]);
  const value = useMemo(() => ({ session, format }), [session, format]);
  return <SessionContext value={value}>{children}</SessionContext>;
}

function useSignedIn() {
  const value = useContext(SessionContext);
  if (!value) {
    throw new Error("only inside a signed-in window");
  }
  return value;
}

export function useSession(): Session {
  return useSignedIn().session;
}

export function useFormat(): Format {
  return useSignedIn().format;
}

export const syncKey = ["app", "sync"] as const;

export const syncQuery = queryOptions({
  queryKey: syncKey,
  queryFn: async () => goBy(unwrap(await commands.syncStatus())),
  staleTime: Number.POSITIVE_INFINITY,
});

/** How this desk's copy stands to the server; kept by the shell's announcements. */
export function useSync(): SyncStatus | undefined {
  return useQuery(syncQuery).data;
}

/** Why nothing can be changed right now, or null. */
export function useReadOnly(): string | null {
  const sync = useSync();
  const format = useFormat();
  if (sync?.state === "offline") {
    const since = sync.as_of ? ` This is how things stood at ${format.asOf(sync.as_of)}.` : "";
    return `Offline: changes need the server.${since}`;
  }
  if (sync?.state === "old_copy") {
    return "This is an older copy. Changes are possible again once it has been renewed.";
  }
  return null;
}
