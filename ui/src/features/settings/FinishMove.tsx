import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field, Textarea } from "@/components/Field";
import { announce } from "@/components/notices";
import { Problem } from "@/components/States";
import { commands } from "@/ipc/bindings";
import { asCommandError, unwrap } from "@/ipc/unwrap";

/** Closes the office here once somebody else restored a saved copy of it on a server. */
export function FinishMove({ onClose, onMoved }: { onClose: () => void; onMoved: () => void }) {
  const [receipt, setReceipt] = useState("");
  const finish = useMutation({
    mutationFn: async () => unwrap(await commands.officeMoveFinish({ receipt })),
    onSuccess: (moved) => {
      announce(`Everything arrived. Your office is on ${moved.place} now.`);
      onMoved();
    },
  });
  const error = finish.error ? asCommandError(finish.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    finish.mutate();
  };
  return (
    <Dialog
      open
      onClose={finish.isPending ? () => undefined : onClose}
      title="Finish a move to a server"
      description="Whoever looks after the server restored the copy that you saved, and was given a receipt. What it says is compared with your office as it is now; if nothing differs, the office is closed here."
      footer={
        <>
          <Button reason={finish.isPending ? "The receipt is being compared." : null} onClick={onClose}>
            Stay here
          </Button>
          <Button
            kind="primary"
            type="submit"
            form="finish"
            reason={receipt.trim() ? null : "Paste the receipt first."}
            pending={finish.isPending}
          >
            {finish.isPending ? "Comparing…" : "Compare and close here"}
          </Button>
        </>
      }
    >
      <form id="finish" onSubmit={submit} noValidate className="grid gap-3">
        <Field
          label="Receipt"
          error={error?.field === "receipt" ? error.message : null}
          hint="The last line that the restore printed; it begins with cloche://moved."
        >
          {(control) => (
            <Textarea
              {...control}
              autoFocus
              spellCheck={false}
              value={receipt}
              onChange={(event) => setReceipt(event.target.value)}
            />
          )}
        </Field>
        {error?.field === "receipt" ? null : <Problem error={finish.error} />}
      </form>
    </Dialog>
  );
}
