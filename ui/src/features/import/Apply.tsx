import { useEffect, useRef, useState } from "react";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { Failed } from "@/components/States";
import { commands } from "@/ipc/bindings";
import type { ImportApplied } from "@/ipc/types";
import { Progress } from "./Progress";
import { type Plan, takenOf } from "./plan";

type Props = {
  plan: Plan;
  onlyValid: boolean;
  onDone: (applied: ImportApplied) => void;
  onBack: () => void;
  /** It was stopped, and its files are forgotten. */
  onStopped: () => void;
};

/** The import under way: all of it or none, and it can be stopped until the server saves it. */
export function Apply({ plan, onlyValid, onDone, onBack, onStopped }: Props) {
  const source_ids = takenOf(plan).map((book) => book.source.source_id);
  const [stopping, setStopping] = useState(false);
  const apply = useAction(commands.importBooksApply, { ownErrors: true });
  const begun = useRef(false);
  const begin = () => {
    apply.mutate({ source_ids, only_valid: onlyValid }, { onSuccess: onDone });
  };
  const latest = useRef(begin);
  latest.current = begin;
  useEffect(() => {
    // Once, even where effects run twice.
    if (!begun.current) {
      begun.current = true;
      latest.current();
    }
  }, []);
  const stop = () => {
    setStopping(true);
    for (const { source } of plan.books) {
      void commands.importCancel({ source_id: source.source_id });
    }
  };
  if (apply.error) {
    return (
      <>
        <Failed
          error={apply.error}
          onRetry={apply.error.code === "offline" && !stopping ? begin : undefined}
        />
        <Button className="self-center" onClick={stopping ? onStopped : onBack}>
          {stopping ? "Start again" : "Back to the dry run"}
        </Button>
      </>
    );
  }
  return (
    <Progress word="Preparing…">
      <Button pending={stopping} onClick={stop}>
        {stopping ? "Stopping…" : "Cancel"}
      </Button>
    </Progress>
  );
}
