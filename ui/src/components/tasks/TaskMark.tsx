import { Circle, CircleCheck, type LucideIcon, Square } from "lucide-react";
import type { TaskStatus } from "@/ipc/types";
import { cx } from "../class-names";
import { taskStatusColour } from "./words";

const shapes: Partial<Record<TaskStatus, LucideIcon>> = { pending: Circle, completed: CircleCheck };

/** The status' shape in its colour; always beside its word. */
export function TaskGlyph({ status, size = 13 }: { status: string; size?: number }) {
  const look = cx("shrink-0", taskStatusColour(status));
  if (status === "in_progress") {
    return <HalfCircle size={size} className={look} />;
  }
  const Icon = shapes[status as TaskStatus] ?? Square;
  return <Icon aria-hidden="true" size={size} strokeWidth={2.25} className={look} />;
}

/** Half full: begun, not done. */
function HalfCircle({ size, className }: { size: number; className: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 24 24" width={size} height={size} className={className}>
      <circle cx="12" cy="12" r="10" fill="none" stroke="currentColor" strokeWidth="2.25" />
      <path d="M12 2a10 10 0 0 0 0 20z" fill="currentColor" />
    </svg>
  );
}
