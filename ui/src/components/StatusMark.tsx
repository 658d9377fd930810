import {
  Check,
  Circle,
  CircleDashed,
  Diamond,
  type LucideIcon,
  MessageCircle,
  Square,
  Triangle,
  X,
} from "lucide-react";
import type { Status } from "@/ipc/types";
import { cx } from "./class-names";
import { statusColour, statusWord } from "./statuses";

const shapes: Record<Status, { icon: LucideIcon; filled: boolean }> = {
  inquiry: { icon: CircleDashed, filled: false },
  planning: { icon: Circle, filled: true },
  preparation: { icon: Triangle, filled: true },
  in_progress: { icon: Diamond, filled: true },
  completed: { icon: Check, filled: false },
  follow_up: { icon: MessageCircle, filled: false },
  cancelled: { icon: X, filled: false },
};

/** The status' shape in its colour; always beside its word. */
export function StatusGlyph({ status, size = 11 }: { status: string; size?: number }) {
  const shape = shapes[status as Status] ?? { icon: Square, filled: false };
  const Icon = shape.icon;
  return (
    <Icon
      aria-hidden="true"
      size={size}
      strokeWidth={shape.filled ? 1.5 : 2.75}
      className={cx("shrink-0", statusColour(status), shape.filled && "fill-current")}
    />
  );
}

/** Glyph and word in the status' hue. */
export function StatusChip({ status, className }: { status: string; className?: string }) {
  return (
    <span
      className={cx(
        "inline-flex items-center gap-1.5 rounded-[5px] border border-current/30 px-1.5 text-sm normal-nums whitespace-nowrap",
        statusColour(status),
        className,
      )}
    >
      <StatusGlyph status={status} />
      {statusWord(status)}
    </span>
  );
}
