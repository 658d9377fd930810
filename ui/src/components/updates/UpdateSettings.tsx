import { Button } from "@/components/Button";
import { useFormat } from "@/components/session";
import { useUpdate, useUpdateAutomatic, useUpdateCheck } from "./queries";
import { UpdateButtons, UpdatePanel } from "./UpdatePanel";
import { offerOf, standing } from "./words";

/** Whether there is a newer version, and whether Cloche looks for it by itself. */
export function UpdateSettings() {
  const status = useUpdate();
  const check = useUpdateCheck();
  const automatic = useUpdateAutomatic();
  const format = useFormat();
  if (!status) {
    return null;
  }
  const { state } = status;
  const checked = status.checked_at
    ? `Last checked ${format.asOf(status.checked_at)}.`
    : "Never checked yet.";
  if (state.phase === "unavailable") {
    return <p className="text-text-2">{state.reason}</p>;
  }
  return (
    <div className="grid gap-3">
      <div className="flex items-center gap-3">
        <p role="status" className="min-w-0 flex-1">
          {state.phase === "checking" ? null : standing(state)} <span className="text-text-3">{checked}</span>
        </p>
        <Button
          pending={check.isPending || state.phase === "checking"}
          reason={state.phase === "at_quit" ? "A new version is waiting for you to quit Cloche." : null}
          onClick={() => check.mutate(undefined)}
        >
          {state.phase === "checking" ? "Checking…" : "Check now"}
        </Button>
      </div>
      {offerOf(state) || state.phase === "failed" ? (
        <div className="grid gap-3 rounded-md border border-line p-3">
          <UpdatePanel state={state} />
          <div className="flex justify-end gap-2">
            <UpdateButtons state={state} />
          </div>
        </div>
      ) : null}
      <label className="hit-44 flex min-h-8 items-center gap-2">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={status.automatic}
          onChange={(event) => automatic.mutate(event.target.checked)}
        />
        Look for new versions once a day
      </label>
    </div>
  );
}
