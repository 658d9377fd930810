/** Moving a card with the keys: left and right go from one possible column to the next. */
import {
  type CollisionDetection,
  closestCorners,
  type KeyboardCoordinateGetter,
  pointerWithin,
} from "@dnd-kit/core";
import { statuses } from "@/components/statuses";
import type { Status } from "@/ipc/types";

/** The pointer says which column is meant; without one, the card's own place does. */
export const underCard: CollisionDetection = (args) =>
  args.pointerCoordinates ? pointerWithin(args) : closestCorners(args);

/** `possible` is asked at each press, since the shell's verdicts come a moment after the card was picked up. */
export function columnSteps(possible: (status: Status) => boolean): KeyboardCoordinateGetter {
  return (event, { context, currentCoordinates }) => {
    const step = event.code === "ArrowRight" ? 1 : event.code === "ArrowLeft" ? -1 : 0;
    if (step === 0) {
      return undefined;
    }
    event.preventDefault();
    const from = context.over?.id ?? context.active?.data.current?.status;
    for (let at = statuses.indexOf(from as Status) + step; at >= 0 && at < statuses.length; at += step) {
      const status = statuses[at];
      const rect = status && context.droppableRects.get(status);
      if (status && rect && possible(status)) {
        return { x: rect.left + 8, y: currentCoordinates.y };
      }
    }
    return undefined;
  };
}
