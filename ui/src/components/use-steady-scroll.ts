import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

/** What scrolls around an element. */
function scrollerOf(element: HTMLElement | null): HTMLElement | null {
  for (let at = element; at; at = at.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY)) {
      return at;
    }
  }
  return null;
}

/**
 * Keeps the first item in view where it is while others' changes add and remove items above it. Items carry
 * `data-item`. At the very top nothing is held: there what is new may come into view.
 */
export function useSteadyScroll(container: RefObject<HTMLElement | null>): void {
  const kept = useRef<{ id: string; top: number } | null>(null);
  const note = useRef(() => {
    const list = container.current;
    const scroller = scrollerOf(list);
    kept.current = null;
    if (!list || !scroller || scroller.scrollTop === 0) {
      return;
    }
    const edge = scroller.getBoundingClientRect().top;
    for (const element of list.querySelectorAll<HTMLElement>("[data-item]")) {
      const { top } = element.getBoundingClientRect();
      if (top >= edge) {
        kept.current = { id: element.dataset.item ?? "", top };
        return;
      }
    }
  });
  useEffect(() => {
    const remember = note.current;
    document.addEventListener("scroll", remember, { capture: true, passive: true });
    return () => document.removeEventListener("scroll", remember, { capture: true });
  }, []);
  useLayoutEffect(() => {
    const before = kept.current;
    const list = container.current;
    const element = before
      ? list?.querySelector<HTMLElement>(`[data-item="${CSS.escape(before.id)}"]`)
      : null;
    if (before && element) {
      const moved = element.getBoundingClientRect().top - before.top;
      const scroller = moved === 0 ? null : scrollerOf(list);
      if (scroller) {
        scroller.scrollTop += moved;
      }
    }
    note.current();
  });
}
