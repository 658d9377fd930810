import { useEffect } from "react";
import { commands } from "@/ipc/bindings";
import type { Activeness } from "@/ipc/types";

const idleAfter = 10 * 60_000;

/** Tells the shell how closely somebody is looking, so that it asks the server as often as that needs. */
export function useWindowActivity(): void {
  useEffect(() => {
    let told: Activeness | null = null;
    let idle: ReturnType<typeof setTimeout> | undefined;
    const tell = (activity: Activeness) => {
      if (activity !== told) {
        told = activity;
        void commands.windowActivity({ activity }).catch(() => undefined);
      }
    };
    const seen = () => {
      clearTimeout(idle);
      if (document.visibilityState === "hidden") {
        tell("hidden");
        return;
      }
      tell("visible");
      idle = setTimeout(() => tell("idle"), idleAfter);
    };
    const signs = ["pointermove", "pointerdown", "keydown", "wheel", "focus"] as const;
    for (const sign of signs) {
      window.addEventListener(sign, seen, { passive: true });
    }
    document.addEventListener("visibilitychange", seen);
    seen();
    return () => {
      clearTimeout(idle);
      document.removeEventListener("visibilitychange", seen);
      for (const sign of signs) {
        window.removeEventListener(sign, seen);
      }
    };
  }, []);
}
