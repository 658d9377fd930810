import { type FormEvent, useState } from "react";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { Field, Input } from "@/components/Field";
import { PasswordField } from "@/components/PasswordField";
import { Problem } from "@/components/States";
import { commands } from "@/ipc/bindings";
import type { AppState, Keep } from "@/ipc/types";
import { BeginAnotherWay } from "./BeginAnotherWay";
import { ConnectServer } from "./ConnectServer";
import { ForgotPassword } from "./ForgotPassword";
import { Frame } from "./Frame";
import { KeepChoice, needsKeepChoice } from "./KeepChoice";

type SignInState = Extract<AppState, { phase: "sign_in" }>;

/** E-mail and password for one server. */
export function SignIn({ state }: { state: SignInState }) {
  const [email, setEmail] = useState(state.email ?? "");
  const [password, setPassword] = useState("");
  const [instead, setInstead] = useState<"forgot" | "invited" | null>(null);
  const signIn = useStateChange((keep: Keep) => commands.signIn({ email: email.trim(), password, keep }));
  if (instead === "forgot") {
    return <ForgotPassword email={email} onBack={() => setInstead(null)} />;
  }
  if (instead === "invited") {
    return <ConnectServer invited onBack={() => setInstead(null)} />;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (email.trim() !== "" && password !== "" && !signIn.isPending) {
      signIn.mutate("keychain");
    }
  };
  const asksToKeep = needsKeepChoice(signIn.error);
  return (
    <Frame title="Sign in" lead={state.server.name}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        {state.message && !signIn.error ? (
          <p role="status" className="rounded-md bg-warn-soft px-3 py-2">
            {state.message}
          </p>
        ) : null}
        {asksToKeep ? (
          <KeepChoice
            pending={signIn.isPending}
            onAccept={() => signIn.mutate("until_close")}
            onDecline={() => signIn.reset()}
          />
        ) : (
          <Problem error={signIn.error} />
        )}
        <Field label="E-mail">
          {(control) => (
            <Input
              {...control}
              type="email"
              autoComplete="username"
              autoFocus={email === ""}
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <PasswordField label="Password" value={password} onChange={setPassword} autoFocus={email !== ""} />
        <Button
          type="submit"
          kind="primary"
          size="large"
          pending={signIn.isPending}
          reason={email.trim() === "" || password === "" ? "Fill in your e-mail and password." : null}
        >
          {signIn.isPending ? "Signing in…" : "Sign in"}
        </Button>
        <div className="flex flex-wrap gap-x-3">
          {state.server.can_reset_password ? (
            <Button kind="link" onClick={() => setInstead("forgot")}>
              I forgot my password
            </Button>
          ) : null}
          <Button kind="link" onClick={() => setInstead("invited")}>
            I have an invitation link
          </Button>
          <BeginAnotherWay />
        </div>
      </form>
    </Frame>
  );
}
