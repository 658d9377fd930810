import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Problem } from "@/components/States";
import { useAnythingUnsaved } from "@/components/unsaved";
import { commands } from "@/ipc/bindings";
import type { ConnectLink } from "./use-arrivals";

/** A link leads to another server while something is open here: nobody is taken away from it unasked. */
export function LeaveForLink({ connect, onStay }: { connect: ConnectLink; onStay: () => void }) {
  const leave = useStateChange(() => commands.appChoose());
  const unsaved = useAnythingUnsaved();
  return (
    <Dialog
      open
      onClose={onStay}
      title={connect.invitation ? "Open the invitation?" : "Connect to another server?"}
      description={
        connect.invitation
          ? "Somebody gave you a link that lets you in or sets a new password. What is open here closes first; it is opened again from the first screen. You will see what the link is for before anything happens."
          : "Somebody gave you a link to a server. What is open here closes first; it is opened again from the first screen. Nothing is connected before you say so."
      }
      footer={
        <>
          <Button onClick={onStay}>Stay here</Button>
          <Button kind="primary" pending={leave.isPending} onClick={() => leave.mutate(undefined)}>
            {leave.isPending ? "Closing…" : "Go on with the link"}
          </Button>
        </>
      }
    >
      {unsaved ? (
        <p className="rounded-lg bg-warn-soft px-3 py-2">What you did not save or copy yet is lost.</p>
      ) : null}
      <Problem error={leave.error} />
    </Dialog>
  );
}
