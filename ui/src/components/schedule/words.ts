/** What resources and bookings are called, and when they are. */

import { Boxes, type LucideIcon, Truck, UserRound } from "lucide-react";
import type { Format } from "@/components/format";
import { todayIn } from "@/components/now";
import { newer } from "@/components/statuses";
import { wallTime } from "@/components/wall-time";
import type { BookingRow, ResourceType } from "@/ipc/types";

export const resourceTypes = ["staff", "equipment", "materials"] as const satisfies readonly ResourceType[];

const types: Record<ResourceType, { word: string; icon: LucideIcon }> = {
  staff: { word: "Staff", icon: UserRound },
  equipment: { word: "Equipment", icon: Truck },
  materials: { word: "Materials", icon: Boxes },
};

/** The type as a word; one that a newer Cloche set and this one does not know, as that. */
export function typeWord(type: string): string {
  return types[type as ResourceType]?.word ?? newer;
}

export function typeIcon(type: string): LucideIcon {
  return types[type as ResourceType]?.icon ?? Boxes;
}

/** What a booking is for. */
export function bookingTitle(
  booking: Pick<BookingRow, "kind" | "event_name" | "note" | "is_masked">,
): string {
  if (booking.kind === "block") {
    return booking.note || "Blocked";
  }
  return booking.event_name ?? "Busy";
}

/** `12 bookings`, `1 booking`. */
export function bookings(count: number, format: Format): string {
  return count === 1 ? "1 booking" : `${format.number(count)} bookings`;
}

/** `16:30` where it is still today, else with its day. */
export function untilWords(instant: string, format: Format): string {
  const today = todayIn(format.zone);
  return wallTime(instant, format.zone).slice(0, 10) === today
    ? format.time(instant)
    : `${format.day(instant)}, ${format.time(instant)}`;
}

/** `30 min before, 1 h after`, or null where the resource needs neither. */
export function bufferWords(
  resource: { setup_minutes: number; teardown_minutes: number } | undefined,
): string | null {
  if (!resource) {
    return null;
  }
  const parts = [
    resource.setup_minutes > 0 ? `${duration(resource.setup_minutes)} setup before` : null,
    resource.teardown_minutes > 0 ? `${duration(resource.teardown_minutes)} teardown after` : null,
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(", ") : null;
}

/** `45 min`, `1 h`, `1 h 30 min`. */
export function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 ? `${hours} h` : null, rest > 0 || hours === 0 ? `${rest} min` : null]
    .filter((part) => part !== null)
    .join(" ");
}
