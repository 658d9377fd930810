import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useUndoLatest } from "@/components/actions";
import { inText, overlayOpen } from "@/components/keys";

/** Keys that work on every screen: palette, undo, redo, new event. */
export function useShortcuts(openPalette: () => void): void {
  const navigate = useNavigate();
  const { undoLatest, redoLatest } = useUndoLatest();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase();
      const command = event.ctrlKey || event.metaKey;
      if (command && !event.altKey && key === "k") {
        event.preventDefault();
        openPalette();
      } else if (inText(event) || overlayOpen()) {
        // Fields have an undo of their own, and a dialog's question comes first.
      } else if (command && !event.altKey && key === "z") {
        event.preventDefault();
        (event.shiftKey ? redoLatest : undoLatest)();
      } else if (command && !event.altKey && !event.shiftKey && key === "y") {
        event.preventDefault();
        redoLatest();
      } else if (!command && !event.altKey && key === "n") {
        event.preventDefault();
        void navigate({ to: "/events/new" });
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [navigate, openPalette, undoLatest, redoLatest]);
}
