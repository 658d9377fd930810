import { useNavigate } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useUndo } from "@/components/actions";
import { Button } from "@/components/Button";
import { Empty } from "@/components/States";
import { useFormat, useReadOnly } from "@/components/session";
import type { ImportApplied, ImportKind } from "@/ipc/types";
import { kindWord, type Plan, takenOf } from "./plan";

const places: Record<ImportKind, "/clients" | "/events" | "/resources" | "/tasks"> = {
  clients: "/clients",
  events: "/events",
  resources: "/resources",
  tasks: "/tasks",
  assignments: "/resources",
};

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
  const kinds = [...new Set(takenOf(plan).map((book) => book.kind))];
  const only = kinds.length === 1 ? kinds[0] : undefined;
  const see = only ?? kinds.find((kind) => kind === "events") ?? kinds[0] ?? "events";
  return (
    <Empty
      icon={CircleCheck}
      title={
        only
          ? `${format.number(applied.imported)} ${kindWord(only).toLowerCase()} imported`
          : `${applied.label}.`
      }
      action={
        <>
          <Button kind="primary" onClick={() => void navigate({ to: places[see] })}>
            See the {places[see].slice(1)}
          </Button>
          <Button onClick={onAgain}>{plan.folder ? "Import more" : "Import another file"}</Button>
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
