import { useQuery } from "@tanstack/react-query";
import { useFormat } from "@/components/session";
import { releasePreviewQuery } from "./queries";
import { bookings } from "./words";

/** What an event would give up: nothing is released by surprise. */
export function ReleasePreview({ eventId }: { eventId: string }) {
  const format = useFormat();
  const preview = useQuery(releasePreviewQuery(eventId));
  const entries = preview.data?.entries ?? [];
  if (preview.error) {
    return (
      <p className="text-text-2">Its bookings could not be read; those still to come will be released.</p>
    );
  }
  if (entries.length === 0) {
    return null;
  }
  const words = `${bookings(entries.length, format)} will be released`;
  return (
    <div className="grid gap-1.5">
      <p className="font-medium">{words}</p>
      <ul
        aria-label={words}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls has to be reachable by keyboard
        tabIndex={0}
        className="max-h-44 overflow-y-auto rounded-lg border border-line px-3 py-1.5"
      >
        {entries.map((entry) => (
          <li key={entry.id} className="flex gap-3 py-0.5">
            <span className="min-w-0 flex-1 truncate" title={entry.resource_name}>
              {entry.quantity > 1 ? `${format.number(entry.quantity)} × ` : ""}
              <bdi>{entry.resource_name}</bdi>
            </span>
            <span className="shrink-0 text-text-2">
              {format.span(entry.starts_at, entry.ends_at, entry.time_zone)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
