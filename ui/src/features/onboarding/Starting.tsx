import { useEffect, useState } from "react";
import { ProgressBar } from "@/components/ProgressBar";
import { useSlow } from "@/components/States";
import { onLive } from "@/ipc/live";
import type { LiveEvents } from "@/ipc/types";
import { Mark } from "./Frame";

/** The steps of a set-up as the shell announces them. */
function useSetUpProgress(): LiveEvents["set_up_progress"] | null {
  const [progress, setProgress] = useState<LiveEvents["set_up_progress"] | null>(null);
  useEffect(() => onLive("set_up_progress", setProgress), []);
  return progress;
}

/** Something is being made ready; says what, and how far it is. */
export function Starting({ message }: { message: string }) {
  const progress = useSetUpProgress();
  const slow = useSlow(true);
  const words = progress?.step ?? message;
  return (
    <main className="grid h-full place-items-center">
      {slow ? (
        <div className="grid w-80 justify-items-center gap-4">
          <Mark />
          <p role="status" className="text-text-2">
            {words}
          </p>
          <ProgressBar done={progress?.done ?? null} of={progress?.of ?? 1} label={words} />
        </div>
      ) : (
        <p role="status" className="sr-only">
          {words}
        </p>
      )}
    </main>
  );
}
