/** The keyboard of {@link WindowedTable}: a row under the cursor, and what single keys do to it. */
import {
  type KeyboardEvent as ReactKeyboardEvent,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { inText, overlayOpen } from "./keys";

type Cursor = {
  index: number;
  set: (index: number) => void;
  onKeyDown: (event: ReactKeyboardEvent) => void;
};

/** Whether a key belongs to the table: nothing else on the screen has the focus. */
function isFree(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    target instanceof HTMLElement &&
    (target === document.body || target.matches("[role=grid], [role=row]")) &&
    !overlayOpen()
  );
}

/** The row under the keyboard's cursor: arrows inside the table, j and k from anywhere on the screen. */
export function useCursor(
  asked: string,
  total: number,
  show: (index: number) => void,
  /** With Shift: everything from where the cursor was first to where it is now. */
  onExtend?: (from: number, to: number) => void,
): Cursor {
  const [placed, setPlaced] = useState({ asked, index: -1 });
  // Another question's answer has other rows: no row of it has been chosen yet.
  const index = placed.asked === asked ? placed.index : -1;
  const start = useRef(index);
  const place = (next: number) => setPlaced({ asked, index: next });
  const move = (to: number, extend = false) => {
    const next = Math.max(0, Math.min(total - 1, to));
    if (total > 0) {
      place(next);
      show(next);
      if (extend && onExtend) {
        start.current = start.current < 0 ? next : start.current;
        onExtend(start.current, next);
      } else {
        start.current = next;
      }
    }
  };
  const latest = useRef(move);
  latest.current = move;
  const at = useRef(index);
  at.current = index;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || inText(event) || overlayOpen()) {
        return;
      }
      const atRest = event.target === document.body;
      const key = event.key.toLowerCase();
      if (key === "j" || (atRest && event.key === "ArrowDown")) {
        event.preventDefault();
        latest.current(at.current + 1, event.shiftKey);
      } else if (key === "k" || (atRest && event.key === "ArrowUp")) {
        event.preventDefault();
        latest.current(at.current - 1, event.shiftKey);
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  const steps: Record<string, number> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + 15,
    PageUp: index - 15,
    Home: 0,
    End: total - 1,
  };
  return {
    index: Math.min(index, total - 1),
    set: (next) => {
      start.current = next;
      place(next);
    },
    onKeyDown: (event) => {
      const to = steps[event.key];
      if (to !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        move(to, event.shiftKey);
      }
    },
  };
}

/** Keys for the row under the cursor, unless something else has the focus. `handle` says whether the key was its. */
export function useRowKeys(index: number, handle: (event: KeyboardEvent, index: number) => boolean): void {
  const latest = useRef({ index, handle });
  latest.current = { index, handle };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (isFree(event) && latest.current.handle(event, latest.current.index)) {
        event.preventDefault();
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}

/** How far a row may have been pushed by what others added or removed above it and still be found again. */
const reach = 300;

/**
 * Keeps the row one looks at where it is while others add and remove rows: the one under the cursor if it is in view,
 * else the first in view. `shift` moves the cursor and the scrolling by that many rows.
 */
export function useSteadyRow(
  asked: string,
  idAt: (index: number) => string | undefined,
  looked: { cursor: number; first: number; last: number },
  shift: (rows: number) => void,
): void {
  const kept = useRef<{ asked: string; index: number; id: string } | null>(null);
  useLayoutEffect(() => {
    const before = kept.current;
    if (before?.asked === asked && idAt(before.index) !== undefined && idAt(before.index) !== before.id) {
      for (let step = 1; step <= reach; step++) {
        const by = [step, -step].find((rows) => idAt(before.index + rows) === before.id);
        if (by !== undefined) {
          kept.current = { ...before, index: before.index + by };
          shift(by);
          return;
        }
      }
    }
    const { cursor, first, last } = looked;
    const index = cursor >= first && cursor <= last ? cursor : first;
    const id = idAt(index);
    // At the very top, without a cursor, what is new may push the rest down.
    kept.current = id !== undefined && (index > 0 || index === cursor) ? { asked, index, id } : null;
  });
}
