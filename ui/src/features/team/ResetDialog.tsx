import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Problem } from "@/components/States";
import { useReadOnly } from "@/components/session";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { Member } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { LinkOnce } from "./LinkOnce";
import { useLeavingLink } from "./use-leaving-link";

/** Makes the link by which a member chooses a new password. */
export function ResetDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const client = useQueryClient();
  const readOnly = useReadOnly();
  const reset = useMutation({
    mutationFn: async () => unwrap(await commands.memberResetLink({ user_id: member.user_id })),
    onSuccess: () => client.invalidateQueries({ queryKey: roots.team }),
  });
  const made = reset.data;
  const { close, copied, warned, onCopied } = useLeavingLink(made !== undefined, onClose);
  return (
    <Dialog
      open
      onClose={close}
      title={
        made
          ? `A new password for ${member.display_name}`
          : `Let ${member.display_name} choose a new password?`
      }
      description={
        made
          ? "Hand this link over yourself, and only to them: whoever has it can sign in as them."
          : "You get a link to hand to them. With it they choose a new password; their devices then have to sign in again. Until it is used, nothing changes."
      }
      footer={
        made ? (
          <Button onClick={close}>Done</Button>
        ) : (
          <>
            <Button onClick={close}>Back</Button>
            <Button kind="primary" reason={readOnly} pending={reset.isPending} onClick={() => reset.mutate()}>
              {reset.isPending ? "Making it…" : "Make the link"}
            </Button>
          </>
        )
      }
    >
      {made ? (
        <LinkOnce
          link={made.link}
          works="It works for 15 minutes, once."
          copied={copied}
          warned={warned}
          onCopied={onCopied}
        />
      ) : (
        <Problem error={reset.error} />
      )}
    </Dialog>
  );
}
