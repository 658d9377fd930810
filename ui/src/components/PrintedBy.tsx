import { useMinute } from "./now";
import { useFormat, useSession, useSync } from "./session";

/** On paper only: whose it is, when it was printed, and how old it was then. */
export function PrintedBy() {
  const { organization, display_name } = useSession();
  const format = useFormat();
  const sync = useSync();
  const now = new Date(useMinute()).toISOString();
  // Not “today”: paper is read later.
  const printed = `${format.day(now, format.desk)}, ${format.time(now, format.desk)}`;
  return (
    <p className="hidden justify-between gap-4 border-b border-line pb-1 text-sm text-text-2 print:flex">
      <span>{organization.name}</span>
      <span>
        printed {printed} by {display_name}
        {sync?.state === "offline" && sync.as_of ? `, as of ${format.asOf(sync.as_of)}` : null}
      </span>
    </p>
  );
}
