import { ArrowUpCircle } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { announce } from "@/components/notices";
import type { UpdateStatus } from "@/ipc/types";
import { useUpdate, useUpdateCheck } from "./queries";
import { UpdateButtons, UpdatePanel } from "./UpdatePanel";
import { inShort, offerOf, standing } from "./words";

/** Versions whose arrival this window has told. */
const told = new Set<string>();

/** A line beside what one does; nothing at all while there is nothing new. */
export function UpdateNotice() {
  const status = useUpdate();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (status?.updated && !told.has(status.current)) {
      told.add(status.current);
      announce(`Cloche was updated to version ${status.current}.`);
    }
  }, [status]);
  const words = status ? inShort(status.state) : null;
  // What somebody opened stays until they close it, also where there is nothing more to say beside the work.
  if (!status || (words === null && !open)) {
    return null;
  }
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="hit-44 flex min-h-8 items-center gap-2.5 rounded-md px-2 text-left text-accent hover:bg-hover"
      >
        <ArrowUpCircle size={15} strokeWidth={1.75} aria-hidden="true" className="shrink-0" />
        <span className="truncate">{words ?? "Updates"}</span>
      </button>
      <UpdateDialog status={status} open={open} onClose={() => setOpen(false)} />
    </>
  );
}

function UpdateDialog(props: { status: UpdateStatus; open: boolean; onClose: () => void }) {
  const { status, open, onClose } = props;
  const { state } = status;
  const offer = offerOf(state);
  const check = useUpdateCheck();
  const checking = check.isPending || state.phase === "checking";
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={offer ? `Cloche ${offer.version}` : "Updates"}
      description={`You use version ${status.current}.`}
      footer={
        offer ? (
          <UpdateButtons state={state} onLater={onClose} />
        ) : (
          <>
            <Button kind="ghost" onClick={onClose}>
              Close
            </Button>
            <Button pending={checking} onClick={() => check.mutate(undefined)}>
              {checking ? "Checking…" : "Check again"}
            </Button>
          </>
        )
      }
    >
      {offer ? null : (
        <p role="status" className="text-text-2">
          {standing(state)}
        </p>
      )}
      <UpdatePanel state={state} />
    </Dialog>
  );
}
