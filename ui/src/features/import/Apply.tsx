import { useEffect, useRef, useState } from "react";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { Failed } from "@/components/States";
import { commands } from "@/ipc/bindings";
import type { ImportApplied } from "@/ipc/types";
import type { Plan } from "./ImportScreen";
import { Progress } from "./Progress";

type Props = { plan: Plan; onlyValid: boolean; onDone: (applied: ImportApplied) => void; onBack: () => void };

/** The import under way: all of it or none, and it can be stopped until the server saves it. */
export function Apply({ plan, onlyValid, onDone, onBack }: Props) {
  const { source_id } = plan.source;
  const [stopping, setStopping] = useState(false);
  const apply = useAction(commands.importApply, { ownErrors: true });
  const begun = useRef(false);
  const begin = () => {
    apply.mutate({ source_id, only_valid: onlyValid }, { onSuccess: onDone });
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
    void commands.importCancel({ source_id }).finally(() => undefined);
  };
  if (apply.error) {
    return (
      <>
        <Failed error={apply.error} onRetry={apply.error.code === "offline" ? begin : undefined} />
        <Button className="self-center" onClick={onBack}>
          Back to the dry run
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
