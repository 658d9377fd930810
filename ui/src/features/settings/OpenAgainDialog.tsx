import { useMutation } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Problem } from "@/components/States";
import { commands } from "@/ipc/bindings";
import { unwrap } from "@/ipc/unwrap";

type Props = { place: string; onClose: () => void; onOpened: () => void };

/** Says that there will be two offices, which nothing brings together again. */
export function OpenAgainDialog({ place, onClose, onOpened }: Props) {
  const open = useMutation({
    mutationFn: async () => unwrap(await commands.officeOpenAgain()),
    onSuccess: onOpened,
  });
  return (
    <Dialog
      open
      onClose={open.isPending ? () => undefined : onClose}
      title="Open the office here again?"
      description={`The office on ${place} stays open too. From then on there are two: what is done in one never reaches the other, and they cannot be put together again.`}
      footer={
        <>
          <Button reason={open.isPending ? "The office is being opened." : null} onClick={onClose}>
            Leave it closed here
          </Button>
          <Button kind="danger" pending={open.isPending} onClick={() => open.mutate()}>
            {open.isPending ? "Opening…" : "Open it here again"}
          </Button>
        </>
      }
    >
      <p>Do this only if the move was a mistake, and tell everybody which of the two they are to work in.</p>
      <Problem error={open.error} />
    </Dialog>
  );
}
