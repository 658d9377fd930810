import { useNavigate } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useUndo } from "@/components/actions";
import { Button } from "@/components/Button";
import { Empty } from "@/components/States";
import { useFormat, useReadOnly } from "@/components/session";
import type { ImportApplied } from "@/ipc/types";
import type { Plan } from "./ImportScreen";

/** What came in, with the way back. */
export function Done({
  plan,
  applied,
  onAgain,
}: {
  plan: Plan;
  applied: ImportApplied;
  onAgain: () => void;
}) {
  const navigate = useNavigate();
  const format = useFormat();
  const readOnly = useReadOnly();
  const undo = useUndo();
  const [state, setState] = useState<"done" | "undoing" | "asked">("done");
  const takeBack = async () => {
    setState("undoing");
    await undo(applied);
    setState("asked");
  };
  const noun = plan.kind === "clients" ? "clients" : "events";
  return (
    <Empty
      icon={CircleCheck}
      title={`${format.number(applied.imported)} ${noun} imported`}
      action={
        <>
          <Button
            kind="primary"
            onClick={() => void navigate({ to: plan.kind === "clients" ? "/clients" : "/events" })}
          >
            See the {noun}
          </Button>
          <Button onClick={onAgain}>Import another file</Button>
          {applied.undoable && state !== "asked" ? (
            <Button reason={readOnly} pending={state === "undoing"} onClick={() => void takeBack()}>
              {state === "undoing" ? "Undoing…" : "Undo the import"}
            </Button>
          ) : null}
        </>
      }
    >
      {applied.skipped > 0 ? `${format.number(applied.skipped)} rows were left out. ` : ""}
      The whole import is one step: undoing it takes back every row of it.
    </Empty>
  );
}
