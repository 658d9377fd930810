import { Command } from "cmdk";
import { ChevronRight, ListChecks, type LucideIcon, Truck, User } from "lucide-react";
import { StatusGlyph } from "@/components/StatusMark";
import { statusWord } from "@/components/statuses";
import type { SearchHit } from "@/ipc/types";

export type Act = {
  words: string;
  icon: LucideIcon;
  keys?: string;
  /** Why it cannot be done now; shown beside its name. */
  reason?: string | null;
  run: () => void;
};

const look =
  "flex min-h-9 items-center gap-2.5 rounded-md px-2.5 py-1 data-[disabled=true]:text-text-3 data-[selected=true]:bg-hover";

export function Item({ act }: { act: Act }) {
  const Icon = act.icon;
  return (
    <Command.Item value={act.words} disabled={Boolean(act.reason)} onSelect={act.run} className={look}>
      <Icon size={15} strokeWidth={1.75} aria-hidden="true" className="shrink-0 text-text-3" />
      <span className="shrink-0">{act.words}</span>
      {act.reason ? <span className="min-w-0 flex-1 truncate text-sm text-text-3">{act.reason}</span> : null}
      {act.keys ? <kbd className="ml-auto font-sans text-xs text-text-3">{act.keys}</kbd> : null}
    </Command.Item>
  );
}

const kinds: Record<Exclude<SearchHit["kind"], "event">, { word: string; icon: LucideIcon }> = {
  client: { word: "Client", icon: User },
  task: { word: "Task", icon: ListChecks },
  resource: { word: "Resource", icon: Truck },
};

/** What the palette knows a hit by. */
export const hitValue = (hit: SearchHit) => `${hit.kind}/${hit.id}`;

export function HitItem({ hit, onSelect }: { hit: SearchHit; onSelect: () => void }) {
  const kind = hit.kind === "event" ? null : kinds[hit.kind];
  const Icon = kind?.icon ?? User;
  return (
    <Command.Item value={hitValue(hit)} onSelect={onSelect} className={look}>
      {hit.kind === "event" && hit.status ? (
        <StatusGlyph status={hit.status} size={13} />
      ) : (
        <Icon size={14} aria-hidden="true" className="shrink-0 text-text-3" />
      )}
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium" title={hit.title}>
          <bdi>{hit.title}</bdi>
        </span>
        <span className="block truncate text-sm text-text-2">{hit.subtitle}</span>
      </span>
      <span className="shrink-0 text-sm text-text-3">
        {hit.is_archived ? "Archived" : (kind?.word ?? statusWord(hit.status ?? ""))}
      </span>
      <ChevronRight size={14} aria-hidden="true" className="shrink-0 text-text-3" />
    </Command.Item>
  );
}
