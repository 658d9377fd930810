import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field, Input } from "@/components/Field";
import { PasswordField } from "@/components/PasswordField";
import { Problem } from "@/components/States";
import { useSession } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { OfficeMoved } from "@/ipc/types";
import { asCommandError, unwrap } from "@/ipc/unwrap";

type Props = { onClose: () => void; onMoved: (moved: OfficeMoved) => void };

/** Asks for the server and its owner, and says what will happen. */
export function MoveDialog({ onClose, onMoved }: Props) {
  const session = useSession();
  const [form, setForm] = useState({ link: "", owner: "postgres", password: "" });
  const move = useMutation({
    mutationFn: async () => unwrap(await commands.officeMove(form)),
    onSuccess: onMoved,
  });
  const error = move.error ? asCommandError(move.error) : null;
  const wrong = (field: keyof typeof form) => (error?.field === field ? error.message : null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    move.mutate();
  };
  return (
    <Dialog
      open
      onClose={move.isPending ? () => undefined : onClose}
      title={`Move ${session.organization.name} to a shared server`}
      description="Everything is copied, read back and compared before anything is closed here. If it is interrupted, your office stays on this computer and you can try again."
      footer={
        <>
          <Button reason={move.isPending ? "The move is under way." : null} onClick={onClose}>
            Stay here
          </Button>
          <Button
            kind="primary"
            type="submit"
            form="move"
            reason={
              form.link.trim() && form.owner.trim() ? null : "Fill in the server's link and owner first."
            }
            pending={move.isPending}
          >
            {move.isPending ? "Moving everything…" : "Move the office"}
          </Button>
        </>
      }
    >
      <form id="move" onSubmit={submit} noValidate className="grid gap-3">
        <Field
          label="Server link"
          error={wrong("link")}
          hint="Printed when the server was set up; it begins with cloche://server."
        >
          {(control) => (
            <Input
              {...control}
              autoFocus
              value={form.link}
              onChange={(event) => setForm({ ...form, link: event.target.value })}
            />
          )}
        </Field>
        <Field label="Owner of the database" error={wrong("owner")}>
          {(control) => (
            <Input
              {...control}
              value={form.owner}
              onChange={(event) => setForm({ ...form, owner: event.target.value })}
            />
          )}
        </Field>
        <PasswordField
          label="Owner's password"
          value={form.password}
          onChange={(password) => setForm({ ...form, password })}
          error={wrong("password")}
        />
        <p className="text-sm text-text-3">
          Cloche uses the password for this move only and keeps it nowhere. If somebody else looks after the
          server, save a copy of your office and hand it to them instead.
        </p>
        {error?.field && error.field in form ? null : <Problem error={move.error} />}
      </form>
    </Dialog>
  );
}
