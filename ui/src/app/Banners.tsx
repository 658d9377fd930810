import { useQuery } from "@tanstack/react-query";
import { CloudOff, Server } from "lucide-react";
import { ProgressBar } from "@/components/ProgressBar";
import { useFormat, useSession, useSync } from "@/components/session";
import { commands } from "@/ipc/bindings";
import { unwrap } from "@/ipc/unwrap";

/** Above every screen while changes are impossible. */
export function OfflineBanner() {
  const sync = useSync();
  const format = useFormat();
  if (sync?.state !== "offline" && sync?.state !== "old_copy") {
    return null;
  }
  const asOf = sync.as_of ? `as of ${format.asOf(sync.as_of)}, ` : "";
  return (
    <div
      role="status"
      aria-label="Connection"
      className="flex items-center gap-2 border-b border-line bg-warn-soft px-5 py-1.5"
    >
      <CloudOff size={14} aria-hidden="true" className="text-warn" />
      <span>
        <b className="font-semibold">{sync.state === "offline" ? "Offline" : "Older copy"}</b> · {asOf}
        read-only
      </span>
      {sync.message ? <span className="truncate text-text-2">{sync.message}</span> : null}
    </div>
  );
}

/** The first copy is on its way: how far it is. The screens below already show what has come. */
export function FirstSync() {
  const sync = useSync();
  const format = useFormat();
  if (sync?.state !== "first_sync") {
    return null;
  }
  const total = sync.rows_total;
  const words = sync.message ?? "Getting your office's books…";
  return (
    <div
      role="status"
      aria-label="First copy"
      className="grid gap-1.5 border-b border-line bg-accent-soft px-5 py-2"
    >
      <div className="flex justify-between">
        <span>{words}</span>
        <span className="text-text-2">
          {format.number(sync.rows_done)}
          {total ? ` of ${format.number(total)}` : ""}
        </span>
      </div>
      <ProgressBar done={total ? sync.rows_done : null} of={total ?? 1} label={words} />
    </div>
  );
}

/** Above every screen of an office that moved to a server: here it can only be read. */
export function MovedBanner() {
  const session = useSession();
  const format = useFormat();
  const moved = useQuery({
    queryKey: ["backups", "moved", session.organization.id],
    queryFn: async () => unwrap(await commands.officeMovedTo()),
    enabled: session.server.kind === "local",
    retry: false,
  });
  if (!moved.data) {
    return null;
  }
  return (
    <div
      role="status"
      aria-label="Moved"
      className="flex items-center gap-2 border-b border-line bg-warn-soft px-5 py-1.5"
    >
      <Server size={14} aria-hidden="true" className="text-warn" />
      <span>
        <b className="font-semibold">Moved to {moved.data.place}</b> {format.moment(moved.data.moved_at)} ·
        read-only here; sign in there to go on working
      </span>
    </div>
  );
}
