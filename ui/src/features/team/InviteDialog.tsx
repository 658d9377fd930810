import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useId, useState } from "react";
import { useForm } from "react-hook-form";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { showFieldError } from "@/components/field-errors";
import { Problem } from "@/components/States";
import { useFormat, useReadOnly, useSession } from "@/components/session";
import { commands } from "@/ipc/bindings";
import { newId } from "@/ipc/ids";
import { roots } from "@/ipc/live";
import { type CommandError, unwrap } from "@/ipc/unwrap";
import { InviteFields } from "./InviteFields";
import { type InviteValues, inviteSchema, nobodyYet } from "./invite-form";
import { LinkOnce } from "./LinkOnce";
import { useLeavingLink } from "./use-leaving-link";
import { roleWord } from "./words";

const names = { resource_id: "resource" } as const;

/** Asks whom to invite, then shows the link to hand to them, once. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const formId = useId();
  const client = useQueryClient();
  const readOnly = useReadOnly();
  const [problem, setProblem] = useState<CommandError | null>(null);
  const form = useForm<InviteValues>({ resolver: zodResolver(inviteSchema), defaultValues: nobodyYet });
  const invite = useMutation({
    // A link whose answer was lost is lost with it: every attempt makes a new one and ends the one before.
    mutationFn: async ({ resource, ...who }: InviteValues) =>
      unwrap(await commands.memberInvite({ ...who, id: newId(), resource_id: resource?.value ?? null })),
    onSuccess: () => client.invalidateQueries({ queryKey: roots.team }),
    onError: (error: CommandError) => setProblem(showFieldError(form, error, names) ? null : error),
  });
  const invited = invite.data;
  const { close, forAnother, ...leaving } = useLeavingLink(Boolean(invited?.link), onClose);
  const submit = form.handleSubmit((values) => {
    setProblem(null);
    invite.mutate(values);
  });
  if (invited) {
    return (
      <Dialog
        open
        onClose={close}
        title={invited.added ? "Added to the team" : `Invitation for ${form.getValues("display_name")}`}
        description={invited.added ? undefined : <HandOver />}
        footer={
          <>
            <Button
              onClick={() => {
                form.reset(nobodyYet);
                invite.reset();
                forAnother();
              }}
              reason={invited.link && !leaving.copied ? "Copy the link first." : null}
            >
              Invite another
            </Button>
            <Button onClick={close} autoFocus={invited.added}>
              Done
            </Button>
          </>
        }
      >
        {invited.link ? (
          <LinkOnce link={invited.link} works={<Until expires={invited.expires_at} />} {...leaving} />
        ) : (
          <Added values={form.getValues()} />
        )}
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Invite a colleague"
      description="You get a link to hand to them. With it they choose a password and are in."
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" form={formId} kind="primary" reason={readOnly} pending={invite.isPending}>
            {invite.isPending ? "Inviting…" : "Invite"}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
        <Problem error={problem} />
        <InviteFields form={form} />
      </form>
    </Dialog>
  );
}

function HandOver() {
  const { server } = useSession();
  return (
    <>
      Hand this link over yourself, by e-mail or chat, and only to them: it lets in whoever has it.
      {server.kind === "remote"
        ? null
        : " The books are on this computer, so it works on this computer only."}
    </>
  );
}

function Until({ expires }: { expires: string | null }) {
  const format = useFormat();
  return expires ? `It works once, until ${format.moment(expires)}.` : "It works once.";
}

function Added({ values }: { values: InviteValues }) {
  return (
    <p className="flex gap-2">
      <CircleCheck size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-s-progress" />
      <span>
        {values.email.trim()} had a sign-in on this server already and has been added as{" "}
        {roleWord(values.role)}. No link is needed: the organization is there the next time they open Cloche.
      </span>
    </p>
  );
}
