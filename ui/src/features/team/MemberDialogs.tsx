/** Questions about one member, before something is done. */
import { type FormEvent, useId, useState } from "react";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field, Input } from "@/components/Field";
import { Problem } from "@/components/States";
import { useReadOnly } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { Member, Role } from "@/ipc/types";
import { roleMeaning, roleWord } from "./words";

type Props = { member: Member; onClose: () => void };

/** What colleagues call somebody, in this organization. */
export function RenameDialog({ member, onClose }: Props) {
  const formId = useId();
  const readOnly = useReadOnly();
  const [name, setName] = useState(member.display_name);
  const rename = useAction(commands.memberRename, { ownErrors: true });
  const beside = rename.error?.field === "display_name" ? rename.error.message : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") {
      rename.mutate(
        { membership_id: member.membership_id, display_name: name.trim() },
        { onSuccess: onClose },
      );
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Rename ${member.display_name}`}
      description="The name that stands beside what they do, here and in the history."
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            type="submit"
            form={formId}
            kind="primary"
            pending={rename.isPending}
            reason={readOnly ?? (name.trim() === "" ? "Give them a name." : null)}
          >
            {rename.isPending ? "Saving…" : "Rename"}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="grid gap-4">
        {beside ? null : <Problem error={rename.error} />}
        <Field label="Name" error={beside}>
          {(control) => (
            <Input
              {...control}
              autoFocus
              maxLength={255}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}

export function EndDialog({ member, onClose }: Props) {
  const readOnly = useReadOnly();
  const end = useAction(commands.memberEnd, { ownErrors: true });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`End the access of ${member.display_name}?`}
      description="Their devices lose this organization at once, and with it their copy of its books."
      footer={
        <>
          <Button onClick={onClose}>Keep them</Button>
          <Button
            kind="danger"
            reason={readOnly}
            pending={end.isPending}
            onClick={() => end.mutate({ membership_id: member.membership_id }, { onSuccess: onClose })}
          >
            {end.isPending ? "Ending…" : "End access"}
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <Problem error={end.error} />
        <ul className="grid list-disc gap-1 pl-5 text-text-2">
          <li>What they did stays, with their name beside it.</li>
          {member.resource_name ? (
            <li>{member.resource_name} stays on the staff list, with every booking and task.</li>
          ) : null}
          <li>Other organizations they belong to are not touched.</li>
          <li>You can take them back later, as {roleWord(member.role)}.</li>
        </ul>
      </div>
    </Dialog>
  );
}

/** Giving oneself another role: only somebody else can give the old one back. */
export function OwnRoleDialog({
  to,
  onClose,
  onSure,
}: {
  to: Role;
  onClose: () => void;
  onSure: () => void;
}) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Become ${roleWord(to)} yourself?`}
      description={`${roleMeaning[to]} You may not be able to take this back; another administrator can.`}
      footer={
        <>
          <Button onClick={onClose}>Stay as I am</Button>
          <Button kind="danger" onClick={onSure}>
            Become {roleWord(to)}
          </Button>
        </>
      }
    />
  );
}
