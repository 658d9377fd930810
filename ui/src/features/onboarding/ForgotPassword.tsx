import { type FormEvent, useState } from "react";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { Field, Input } from "@/components/Field";
import { PasswordField } from "@/components/PasswordField";
import { meetsPolicy } from "@/components/password-policy";
import { Problem } from "@/components/States";
import { commands } from "@/ipc/bindings";
import { Frame } from "./Frame";

/** On a local server whoever uses this computer owns the books already, so a new password needs no old one. */
export function ForgotPassword({ email: known, onBack }: { email: string; onBack: () => void }) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const reset = useStateChange(() => commands.passwordResetLocal({ email: email.trim(), new: password }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    reset.mutate(undefined);
  };
  const at = reset.error?.field;
  return (
    <Frame
      title="Choose a new password"
      lead="The office's books are on this computer, so you can set a new password here. Your other devices will have to sign in again."
    >
      <form onSubmit={submit} noValidate className="grid gap-4">
        {at === "email" || at === "new" ? null : <Problem error={reset.error} />}
        <Field label="E-mail" error={at === "email" ? reset.error?.message : null}>
          {(control) => (
            <Input
              {...control}
              type="email"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <PasswordField
          label="New password"
          value={password}
          onChange={setPassword}
          autoFocus
          choosing
          error={at === "new" ? reset.error?.message : null}
        />
        <div className="flex gap-2">
          <Button
            type="submit"
            kind="primary"
            size="large"
            pending={reset.isPending}
            reason={
              email.trim() === "" || !meetsPolicy(password)
                ? "Fill in your e-mail and a password that meets both points."
                : null
            }
          >
            {reset.isPending ? "Setting it…" : "Set password"}
          </Button>
          <Button kind="ghost" size="large" onClick={onBack}>
            Back to sign-in
          </Button>
        </div>
      </form>
    </Frame>
  );
}
