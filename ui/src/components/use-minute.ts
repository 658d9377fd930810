/** The running minute, for words such as `in 5 min`: everything that shows them turns over at once. */
import { useSyncExternalStore } from "react";

const minute = 60_000;
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

const current = () => Math.floor(Date.now() / minute) * minute;

function arm(): void {
  timer = setTimeout(
    () => {
      arm();
      for (const notify of watchers) {
        notify();
      }
    },
    minute - (Date.now() % minute) + 5,
  );
}

function watch(notify: () => void): () => void {
  watchers.add(notify);
  if (watchers.size === 1) {
    arm();
  }
  return () => {
    watchers.delete(notify);
    if (watchers.size === 0) {
      clearTimeout(timer);
    }
  };
}

/** Now, in milliseconds, truncated to the minute. */
export function useMinute(): number {
  return useSyncExternalStore(watch, current);
}
