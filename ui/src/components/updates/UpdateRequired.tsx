import { useEffect, useRef } from "react";
import { Button } from "@/components/Button";
import { useUpdate, useUpdateCheck } from "./queries";
import { UpdateButtons, UpdatePanel } from "./UpdatePanel";
import { offerOf } from "./words";

/** Inside the screen that says that this Cloche is too old for its server: the way to a newer one. */
export function UpdateRequired() {
  const status = useUpdate();
  const check = useUpdateCheck();
  const asked = useRef(false);
  const phase = status?.state.phase;
  const { mutate } = check;
  useEffect(() => {
    // Whoever stands before this screen need not ask first.
    if (phase !== undefined && phase !== "unavailable" && !asked.current) {
      asked.current = true;
      mutate(undefined);
    }
  }, [phase, mutate]);
  if (!status) {
    return null;
  }
  const { state } = status;
  return (
    <div className="grid gap-4">
      <p className="text-text-2">You use version {status.current}.</p>
      {state.phase === "unavailable" ? <p>{state.reason}</p> : null}
      {state.phase === "up_to_date" ? (
        <p>No newer version is out yet. Ask whoever looks after your server.</p>
      ) : null}
      <UpdatePanel state={state} />
      <div className="flex flex-wrap gap-2">
        {offerOf(state) ? (
          <UpdateButtons state={state} />
        ) : state.phase === "unavailable" ? null : (
          <Button pending={check.isPending || phase === "checking"} onClick={() => mutate(undefined)}>
            {check.isPending || phase === "checking" ? "Looking for a newer version…" : "Look again"}
          </Button>
        )}
      </div>
    </div>
  );
}
