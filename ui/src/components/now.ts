/** The time by the server's clock, which Cloche goes by: this desk's own may be hours off. */
import { useSyncExternalStore } from "react";
import type { SyncStatus } from "@/ipc/types";
import { wallTime } from "./wall-time";

const minute = 60_000;
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;
/** How far the server's clock is ahead of this desk's, in milliseconds. */
let ahead = 0;

/** Now, in milliseconds. */
export function now(): number {
  return Date.now() + ahead;
}

/** Takes over how far the server is ahead, as the shell measured it; answers with the status it was told in. */
export function goBy(status: SyncStatus): SyncStatus {
  if (status.server_ahead_ms !== ahead) {
    ahead = status.server_ahead_ms;
    tick();
  }
  return status;
}

/** The calendar day that it is in `zone`, as `YYYY-MM-DD`. */
export function todayIn(zone: string): string {
  return wallTime(new Date(now()).toISOString(), zone).slice(0, 10);
}

function tick(): void {
  for (const notify of watchers) {
    notify();
  }
}

function arm(): void {
  timer = setTimeout(
    () => {
      arm();
      tick();
    },
    minute - (now() % minute) + 5,
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

const thisMinute = () => Math.floor(now() / minute) * minute;

/** The running minute, for words such as `in 5 min`: everything that shows them turns over at once. */
export function useMinute(): number {
  return useSyncExternalStore(watch, thisMinute);
}
