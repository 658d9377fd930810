import { Circle, CircleSlash, Diamond, type LucideIcon, X } from "lucide-react";
import { cx } from "@/components/class-names";
import { useMinute } from "@/components/now";
import { useFormat } from "@/components/session";
import type { ResourceRow } from "@/ipc/types";
import { typeIcon, typeWord, untilWords } from "./words";

const marks: Record<ResourceRow["now"], { icon: LucideIcon; colour: string; filled?: boolean }> = {
  free: { icon: Circle, colour: "text-s-progress" },
  busy: { icon: Diamond, colour: "text-s-planning", filled: true },
  blocked: { icon: CircleSlash, colour: "text-s-preparation" },
  unavailable: { icon: X, colour: "text-s-cancelled" },
};

/** The shape and colour alone; always beside its word. */
export function NowGlyph({ now }: { now: ResourceRow["now"] }) {
  const { icon: Icon, colour, filled } = marks[now];
  return (
    <Icon
      size={11}
      aria-hidden="true"
      strokeWidth={filled ? 1.5 : 2.75}
      className={cx("shrink-0", colour, filled && "fill-current")}
    />
  );
}

/** What a resource is doing at this moment: shape, colour and word. */
export function NowMark({ row }: { row: Pick<ResourceRow, "now" | "now_until"> }) {
  const format = useFormat();
  // “Until 16:30” of today is another day’s after midnight.
  useMinute();
  const { colour } = marks[row.now];
  const until = row.now_until ? ` until ${untilWords(row.now_until, format)}` : "";
  const words = {
    free: "Free",
    busy: `Busy${until}`,
    blocked: `Blocked${until}`,
    unavailable: "Not available",
  };
  return (
    <span className={cx("inline-flex items-center gap-1.5 align-bottom whitespace-nowrap", colour)}>
      <NowGlyph now={row.now} />
      {words[row.now]}
    </span>
  );
}

export function TypeMark({ type }: { type: string }) {
  const Icon = typeIcon(type);
  return (
    <span className="inline-flex items-center gap-1.5 align-bottom whitespace-nowrap">
      <Icon size={13} strokeWidth={1.75} aria-hidden="true" className="shrink-0 text-text-3" />
      {typeWord(type)}
    </span>
  );
}
