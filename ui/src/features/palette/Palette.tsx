import { Dialog } from "@base-ui/react/dialog";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Search } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useArchiving } from "@/components/ArchiveEventDialog";
import { CancelEventDialog } from "@/components/CancelEventDialog";
import { useFormat } from "@/components/session";
import { useDebounced } from "@/components/use-debounced";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { SearchHit } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { type Act, HitItem, hitValue, Item } from "./items";
import { useHitActs } from "./use-hit-acts";
import { usePaletteActs } from "./use-palette-acts";

type Props = { open: boolean; onOpenChange: (open: boolean) => void };

/** Finds events, clients, tasks and resources, and does what can be done, with the keyboard alone. */
export function Palette({ open, onOpenChange }: Props) {
  const [cancelling, setCancelling] = useState<Named | null>(null);
  const archiving = useArchiving();
  return (
    <>
      <Dialog.Root open={open} onOpenChange={onOpenChange}>
        <Dialog.Portal>
          <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
          <Dialog.Popup
            aria-label="Find or do anything"
            className="fixed top-[12vh] left-1/2 z-40 w-[620px] max-w-[94vw] -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-raised shadow-pop"
          >
            <Inside
              onClose={() => onOpenChange(false)}
              onCancelEvent={setCancelling}
              onArchiveEvent={archiving.archive}
            />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
      <CancelEventDialog event={cancelling} onClose={() => setCancelling(null)} />
      {archiving.question}
    </>
  );
}

type Named = { id: string; name: string };
type InsideProps = {
  onClose: () => void;
  onCancelEvent: (event: Named) => void;
  onArchiveEvent: (event: Named) => void;
};

function Inside(props: InsideProps) {
  const [typed, setTyped] = useState("");
  const [marked, setMarked] = useState("");
  const [inside, setInside] = useState<SearchHit | null>(null);
  const format = useFormat();
  const text = useDebounced(typed.trim(), 80);
  const found = useQuery({
    queryKey: [...roots.search, text],
    enabled: text !== "" && inside === null,
    queryFn: async () => unwrap(await commands.search({ text, limit: 30 })),
    placeholderData: keepPreviousData,
  });
  const acts = usePaletteActs(props.onClose);
  const words = typed.trim().toLowerCase();
  const fitting = possibleFirst(
    acts.filter((act) => words === "" || act.words.toLowerCase().includes(words)),
  );
  const hits = text === "" || words === "" ? [] : (found.data?.hits ?? []);
  // Hits come later than the keys: where the marked one is gone, the first is marked, so that Enter always does something.
  const shown = [...hits.map(hitValue), ...fitting.map((act) => act.words)];
  const current = inside || shown.includes(marked) ? marked : (shown[0] ?? "");

  const back = () => {
    setInside(null);
    setTyped("");
  };
  const keys = (event: KeyboardEvent) => {
    if (!inside) {
      return;
    }
    if (event.key === "Escape" || (event.key === "Backspace" && typed === "")) {
      event.preventDefault();
      event.stopPropagation();
      back();
    }
  };
  return (
    <Command
      shouldFilter={false}
      loop
      value={current}
      onValueChange={setMarked}
      label="Find or do anything"
      onKeyDown={keys}
    >
      <div className="flex items-center gap-2 border-b border-line px-4">
        <Search size={16} aria-hidden="true" className="shrink-0 text-text-3" />
        {inside ? (
          <span
            className="max-w-56 truncate rounded-[5px] bg-accent-soft px-1.5 text-sm font-medium"
            title={inside.title}
          >
            {inside.title}
          </span>
        ) : null}
        <Command.Input
          autoFocus
          value={typed}
          onValueChange={setTyped}
          placeholder={
            inside ? "What to do with it…" : "Find an event, client, task or resource, or type what to do…"
          }
          className="h-12 min-w-0 flex-1 bg-transparent outline-none"
        />
      </div>
      <Command.List className="max-h-[60vh] overflow-y-auto p-1.5">
        {inside ? (
          <HitActs hit={inside} words={words} {...props} />
        ) : (
          <>
            {hits.length > 0 ? (
              <Command.Group heading="Found" className="palette-group">
                {hits.map((hit) => (
                  <HitItem
                    key={hitValue(hit)}
                    hit={hit}
                    onSelect={() => {
                      setInside(hit);
                      setTyped("");
                    }}
                  />
                ))}
              </Command.Group>
            ) : null}
            {fitting.length > 0 ? (
              <Command.Group heading="Do" className="palette-group">
                {fitting.map((act) => (
                  <Item key={act.words} act={act} />
                ))}
              </Command.Group>
            ) : null}
            {hits.length === 0 && fitting.length === 0 ? (
              <p role="status" className="px-3 py-6 text-center text-text-3">
                {found.error
                  ? "The search failed. Please try again."
                  : found.isFetching || text !== typed.trim()
                    ? "Looking…"
                    : `Nothing found for “${text}”.`}
              </p>
            ) : null}
            {found.data?.as_of && hits.length > 0 ? (
              <p className="px-3 py-1 text-sm text-text-3">As of {format.moment(found.data.as_of)}</p>
            ) : null}
          </>
        )}
      </Command.List>
    </Command>
  );
}

/** What cannot be done now stays in view, below what can. */
function possibleFirst(acts: Act[]): Act[] {
  return [...acts.filter((act) => !act.reason), ...acts.filter((act) => act.reason)];
}

function HitActs(props: { hit: SearchHit; words: string } & InsideProps) {
  const acts = useHitActs(props.hit, props);
  const fitting = possibleFirst(
    acts.filter((act) => props.words === "" || act.words.toLowerCase().includes(props.words)),
  );
  return (
    <Command.Group heading={`This ${props.hit.kind}`} className="palette-group">
      {fitting.map((act) => (
        <Item key={act.words} act={act} />
      ))}
      {fitting.length === 0 ? <p className="px-3 py-4 text-text-3">Nothing fits.</p> : null}
    </Command.Group>
  );
}
