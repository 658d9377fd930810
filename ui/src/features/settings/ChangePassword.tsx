import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/Button";
import { announce } from "@/components/notices";
import { PasswordField } from "@/components/PasswordField";
import { meetsPolicy } from "@/components/password-policy";
import { Problem } from "@/components/States";
import { useReadOnly } from "@/components/session";
import { commands } from "@/ipc/bindings";
import { asCommandError, unwrap } from "@/ipc/unwrap";

/** A new password; every other device has to sign in again. */
export function ChangePassword() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const readOnly = useReadOnly();
  const change = useMutation({
    mutationFn: async () => unwrap(await commands.passwordChange({ current, new: next })),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      announce("Password changed. Your other devices have to sign in again.");
    },
  });
  const error = change.error ? asCommandError(change.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Change password" className="grid max-w-sm gap-3">
      {error?.field === "current" || error?.field === "new" ? null : <Problem error={error} />}
      <PasswordField
        label="Current password"
        value={current}
        onChange={setCurrent}
        error={error?.field === "current" ? error.message : null}
      />
      <PasswordField
        label="New password"
        value={next}
        onChange={setNext}
        choosing
        error={error?.field === "new" ? error.message : null}
      />
      <Button
        type="submit"
        className="justify-self-start"
        pending={change.isPending}
        reason={
          readOnly ??
          (current === "" || !meetsPolicy(next)
            ? "Fill in your current password and a new one that meets both points."
            : null)
        }
      >
        {change.isPending ? "Changing…" : "Change password"}
      </Button>
    </form>
  );
}
