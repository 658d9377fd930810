/** What this window did and can take back: the latest first. Kept outside React, since toasts outlive screens. */
import { useSyncExternalStore } from "react";
import type { Applied } from "@/ipc/types";

export type Done = Pick<Applied, "command_id" | "label">;
export type Blocked = { done: Done; reasons: string[] };
type State = { undoable: Done[]; redoable: Done[]; blocked: Blocked | null };

const empty: State = { undoable: [], redoable: [], blocked: null };
let state = empty;
const watchers = new Set<() => void>();

function set(next: Partial<State>): void {
  state = { ...state, ...next };
  for (const notify of watchers) {
    notify();
  }
}

export const undoStack = {
  get: () => state,
  /** Something new was done: what had been undone before can no longer be redone in order. */
  did: (done: Done) => set({ undoable: [done, ...state.undoable].slice(0, 100), redoable: [] }),
  /** `target` was undone by `by`; undoing `by` is redo. */
  undid: (target: string, by: Done) =>
    set({
      undoable: state.undoable.filter((done) => done.command_id !== target),
      redoable: [by, ...state.redoable],
    }),
  redid: (target: string, by: Done) =>
    set({
      redoable: state.redoable.filter((done) => done.command_id !== target),
      undoable: [by, ...state.undoable],
    }),
  block: (blocked: Blocked | null) => set({ blocked }),
  /** Another person or organization: nothing here is theirs to undo. */
  clear: () => set(empty),
};

export function useUndoBlocked(): Blocked | null {
  return useSyncExternalStore(
    (notify) => {
      watchers.add(notify);
      return () => watchers.delete(notify);
    },
    () => state.blocked,
  );
}
