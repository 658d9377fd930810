import { type FormEvent, useState } from "react";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { Field, Input } from "@/components/Field";
import { PasswordField } from "@/components/PasswordField";
import { meetsPolicy } from "@/components/password-policy";
import { Problem } from "@/components/States";
import { commands } from "@/ipc/bindings";
import type { JoinOffer, Keep } from "@/ipc/types";
import { Frame } from "./Frame";
import { KeepChoice, needsKeepChoice } from "./KeepChoice";

type Props = { link: string; offer: JoinOffer; onBack: () => void };

const roles: Record<JoinOffer["role"], string> = {
  administrator: "an administrator",
  manager: "a manager",
  staff: "staff",
};

/** What the link offers, and what it takes: a name, where one comes in, and a password. */
export function Join({ link, offer, onBack }: Props) {
  const [name, setName] = useState(offer.display_name);
  const [password, setPassword] = useState("");
  const accept = useStateChange((keep: Keep) =>
    commands.joinAccept({ link, display_name: name.trim(), password, keep }),
  );
  const reset = offer.kind === "reset";
  const at = accept.error?.field;
  const over = at === "link";
  const unready = name.trim() === "" ? "Give your name." : meetsPolicy(password) ? null : passwordFirst;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (unready === null && !over && !accept.isPending) {
      accept.mutate("keychain");
    }
  };
  return (
    <Frame
      title={reset ? "Choose a new password" : `Join ${offer.organization_name}`}
      lead={reset ? <ResetLead offer={offer} /> : <InvitationLead offer={offer} />}
    >
      <form onSubmit={submit} noValidate className="grid gap-4">
        {needsKeepChoice(accept.error) ? (
          <KeepChoice
            pending={accept.isPending}
            onAccept={() => accept.mutate("until_close")}
            onDecline={() => accept.reset()}
          />
        ) : at === "display_name" || at === "password" ? null : (
          <Problem error={accept.error} />
        )}
        {over ? null : (
          <>
            {reset ? null : (
              <Field
                label="Your name"
                error={at === "display_name" ? accept.error?.message : null}
                hint="It stands beside what you do."
              >
                {(control) => (
                  <Input
                    {...control}
                    autoComplete="name"
                    maxLength={255}
                    value={name}
                    onChange={(event) => setName(event.target.value)}
                  />
                )}
              </Field>
            )}
            <PasswordField
              label={reset ? "New password" : "Password"}
              value={password}
              onChange={setPassword}
              autoFocus
              choosing
              error={at === "password" ? accept.error?.message : null}
            />
          </>
        )}
        <div className="flex gap-2">
          {over ? null : (
            <Button type="submit" kind="primary" size="large" pending={accept.isPending} reason={unready}>
              {accept.isPending ? "Signing in…" : reset ? "Set password and sign in" : "Join"}
            </Button>
          )}
          <Button kind={over ? "primary" : "ghost"} size="large" onClick={onBack}>
            {over ? "Use another link" : "Back"}
          </Button>
        </div>
      </form>
    </Frame>
  );
}

const passwordFirst = "Choose a password that meets both points.";

function InvitationLead({ offer }: { offer: JoinOffer }) {
  return (
    <>
      {offer.invited_by ?? "Your office"} invites you as {roles[offer.role]}. You will sign in on{" "}
      {offer.server_name} as <b className="font-semibold text-text">{offer.email}</b>.
    </>
  );
}

function ResetLead({ offer }: { offer: JoinOffer }) {
  return (
    <>
      For <b className="font-semibold text-text">{offer.email}</b> on {offer.server_name}, at{" "}
      {offer.organization_name}. Your other devices will have to sign in again.
    </>
  );
}
