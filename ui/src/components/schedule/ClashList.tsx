import { Flag, TriangleAlert } from "lucide-react";
import { useFormat } from "@/components/session";
import type { ScheduleClash } from "@/ipc/types";
import { bookingTitle } from "./words";

/** When more is booked than there is, or what is booked is not available, and by whom. */
export function ClashList({ clashes }: { clashes: ScheduleClash[] }) {
  const format = useFormat();
  if (clashes.length === 0) {
    return null;
  }
  const why = (clash: ScheduleClash) =>
    clash.reason === "unavailable"
      ? "not available"
      : clash.quantity > 1
        ? `${format.number(clash.peak)} booked, ${format.number(clash.quantity)} there`
        : `${format.number(clash.peak)} at once`;
  const titles = (clash: ScheduleClash) =>
    [
      ...new Set(
        clash.bookings.map((one) =>
          one.quantity > 1 ? `${bookingTitle(one)} (${format.number(one.quantity)})` : bookingTitle(one),
        ),
      ),
    ].join(" · ");
  return (
    <ul
      aria-label="Clashes"
      tabIndex={clashes.length > 4 ? 0 : undefined}
      className="mt-3 max-h-28 overflow-y-auto rounded-lg bg-danger-soft px-3 py-1.5"
    >
      {clashes.map((clash) => (
        <li key={`${clash.starts_at}/${clash.ends_at}`} className="flex gap-2 py-0.5">
          {clash.accepted ? (
            <Flag size={14} aria-hidden="true" className="mt-0.5 shrink-0 text-warn" />
          ) : (
            <TriangleAlert size={14} aria-hidden="true" className="mt-0.5 shrink-0 text-danger" />
          )}
          <span className="w-60 shrink-0 font-semibold">{format.span(clash.starts_at, clash.ends_at)}</span>
          <span className="min-w-0 flex-1 truncate" title={titles(clash)}>
            {titles(clash)}
          </span>
          <span className="shrink-0 text-text-2">
            {why(clash)}
            {clash.accepted ? ", accepted" : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}
