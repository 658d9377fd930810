import { useEffect, useRef } from "react";
import { inText, overlayOpen } from "./keys";

/** A single key that works anywhere on the screen, but not while somebody types or answers a dialog. */
export function usePressed(key: string, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
      if (plain && event.key.toLowerCase() === key && !inText(event) && !overlayOpen()) {
        event.preventDefault();
        latest.current();
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [key]);
}
