/** The keyboard of a short list: j and k or the arrows go from item to item, single keys act on the one in focus. */
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { inText, overlayOpen } from "./keys";

const item = "[data-item]";

const itemsIn = (container: HTMLElement | null) =>
  container ? [...container.querySelectorAll<HTMLElement>(item)] : [];

/** What takes the focus for an item: what is marked so, else its first control. */
export function focusItem(element: HTMLElement | undefined): void {
  const target =
    element?.querySelector<HTMLElement>("[data-item-focus]") ??
    element?.querySelector<HTMLElement>("button, a");
  target?.focus({ preventScroll: true });
  element?.scrollIntoView({ block: "nearest" });
}

/**
 * Items carry `data-item` with their id. `onKey` says whether a key was its own. Where the item in focus goes away,
 * e.g. because it was completed, the next one takes the focus over.
 */
export function useItemKeys(
  container: RefObject<HTMLElement | null>,
  onKey: (key: string, id: string) => boolean,
): void {
  const latest = useRef(onKey);
  latest.current = onKey;
  const last = useRef<{ id: string; index: number } | null>(null);
  useEffect(() => {
    const current = () => document.activeElement?.closest<HTMLElement>(item) ?? null;
    const note = () => {
      const element = current();
      const index = element ? itemsIn(container.current).indexOf(element) : -1;
      if (element && index >= 0) {
        last.current = { id: element.dataset.item ?? "", index };
      } else if (document.activeElement !== document.body) {
        last.current = null;
      }
    };
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || inText(event) || overlayOpen()) {
        return;
      }
      const items = itemsIn(container.current);
      const element = current();
      const index = element ? items.indexOf(element) : -1;
      const arrows = index >= 0 || event.target === document.body;
      const step =
        event.key === "j" || (arrows && event.key === "ArrowDown")
          ? 1
          : event.key === "k" || (arrows && event.key === "ArrowUp")
            ? -1
            : 0;
      if (step !== 0 && items.length > 0) {
        event.preventDefault();
        focusItem(items[Math.max(0, Math.min(items.length - 1, index < 0 ? 0 : index + step))]);
      } else if (index >= 0 && latest.current(event.key, element?.dataset.item ?? "")) {
        event.preventDefault();
      }
    };
    document.addEventListener("focusin", note);
    window.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("focusin", note);
      window.removeEventListener("keydown", press);
    };
  }, [container]);
  useLayoutEffect(() => {
    const was = last.current;
    const items = itemsIn(container.current);
    if (
      was &&
      document.activeElement === document.body &&
      !overlayOpen() &&
      !items.some((element) => element.dataset.item === was.id)
    ) {
      focusItem(items[Math.min(was.index, items.length - 1)]);
    }
  });
}
