/** Whether a form holds what nobody saved: asked before the window goes away, where the router is not asked. */
import { useEffect, useSyncExternalStore } from "react";

let forms = 0;
const watchers = new Set<() => void>();

function change(by: 1 | -1): void {
  forms += by;
  for (const notify of watchers) {
    notify();
  }
}

/** Counts the form among those with something to lose, as long as it is `dirty`. */
export function useUnsaved(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) {
      return;
    }
    change(1);
    return () => change(-1);
  }, [dirty]);
}

function watch(notify: () => void): () => void {
  watchers.add(notify);
  return () => watchers.delete(notify);
}

/** Whether what was typed somewhere would be lost now. */
export function useAnythingUnsaved(): boolean {
  return useSyncExternalStore(watch, () => forms > 0);
}
