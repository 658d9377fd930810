import { Flag, TriangleAlert } from "lucide-react";
import { Button } from "@/components/Button";
import type { BookingRow } from "@/ipc/types";

/** Whether a booking clashes, and who accepted that for which reason. */
export function BookingMarks({ booking, onShow }: { booking: BookingRow; onShow: () => void }) {
  return (
    <>
      {booking.clashes && booking.override_reason === null ? (
        <Button
          kind="link"
          className="text-danger"
          tip="Show with what"
          aria-label={`Clashes, show with what: ${booking.resource_name}`}
          onClick={onShow}
        >
          <TriangleAlert size={13} aria-hidden="true" className="shrink-0" />
          Clashes
        </Button>
      ) : null}
      {booking.override_reason === null ? null : (
        <span className="flex min-w-0 items-start gap-1 text-warn" title={booking.override_reason}>
          <Flag size={13} aria-hidden="true" className="mt-0.5 shrink-0" />
          <span className="line-clamp-2 min-w-0 break-words">
            Overlap accepted: {booking.override_reason}
            {booking.override_by_name ? (
              <span className="text-text-3"> · {booking.override_by_name}</span>
            ) : null}
          </span>
        </span>
      )}
    </>
  );
}
