import { useState } from "react";
import { Button } from "@/components/Button";
import { CopyDiagnostics } from "@/components/CopyDiagnostics";
import { Problem } from "@/components/States";
import type { AppState } from "@/ipc/types";
import { BeginAnotherWay } from "./BeginAnotherWay";
import { Frame } from "./Frame";

type FailedState = Extract<AppState, { phase: "failed" }>;

/** Cloche could not open: why, and another try. */
export function FailedStart({
  error,
  onRetry,
}: {
  error: FailedState["error"];
  onRetry: () => Promise<unknown>;
}) {
  const [trying, setTrying] = useState(false);
  const retry = async () => {
    setTrying(true);
    try {
      await onRetry();
    } finally {
      setTrying(false);
    }
  };
  return (
    <Frame title="Cloche could not open" lead="Nothing has been lost. Once this is put right, try again.">
      <Problem error={error} />
      <Button kind="primary" size="large" pending={trying} onClick={() => void retry()}>
        {trying ? "Trying again…" : "Try again"}
      </Button>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <BeginAnotherWay />
        <CopyDiagnostics kind="ghost" />
      </div>
    </Frame>
  );
}
