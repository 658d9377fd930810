import { type ReactNode, useEffect, useState } from "react";
import { ProgressBar } from "@/components/ProgressBar";
import { useFormat } from "@/components/session";
import { onLive } from "@/ipc/live";
import type { LiveEvents } from "@/ipc/types";

const words: Record<LiveEvents["import_progress"]["phase"], string> = {
  reading: "Reading the file…",
  checking: "Checking every row…",
  sending: "Sending the rows…",
  saving: "Saving them all at once…",
};

/** How far the shell is with the file. */
export function Progress({ word, children }: { word: string; children?: ReactNode }) {
  const format = useFormat();
  const [progress, setProgress] = useState<LiveEvents["import_progress"] | null>(null);
  useEffect(() => onLive("import_progress", setProgress), []);
  const label = progress ? words[progress.phase] : word;
  return (
    <div className="m-auto grid w-96 justify-items-center gap-3 py-16">
      <p role="status">{label}</p>
      <ProgressBar done={progress?.done ?? null} of={progress?.of ?? 1} label={label} />
      <p className="h-5 text-text-3">
        {progress ? `${format.number(progress.done)} of ${format.number(progress.of)}` : null}
      </p>
      {children}
    </div>
  );
}
