import { useState } from "react";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { deskLocale, Format } from "@/components/format";
import { PasswordField } from "@/components/PasswordField";
import { meetsPolicy } from "@/components/password-policy";
import { Select } from "@/components/Select";
import { Problem } from "@/components/States";
import { deskZone } from "@/components/wall-time";
import { commands } from "@/ipc/bindings";
import type { BackupContents, Keep } from "@/ipc/types";
import { Frame } from "./Frame";
import { KeepChoice, needsKeepChoice } from "./KeepChoice";
import { Starting } from "./Starting";

/** Brings an office back to life on this computer, for one of its administrators. */
export function RestoreBackup({ contents, onBack }: { contents: BackupContents; onBack: () => void }) {
  const format = new Format(deskLocale(), deskZone());
  const administrators = contents.people.filter((person) => person.role === "administrator");
  const [email, setEmail] = useState(administrators[0]?.email ?? "");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const restore = useStateChange((keep: Keep) => commands.firstRunRestore({ email, password, keep }));
  const weak = tried && !meetsPolicy(password) ? "The password does not meet both points yet." : null;
  if (restore.isPending) {
    return <Starting message="Restoring your office on this computer…" />;
  }
  const start = (keep: Keep) => {
    setTried(true);
    if (meetsPolicy(password)) {
      restore.mutate(keep);
    }
  };
  return (
    <Frame
      title={`Restore ${contents.organization_name}`}
      lead={`As it was ${format.moment(contents.written_at)}: ${format.number(contents.events)} events, ${format.number(contents.clients)} clients, ${format.number(contents.tasks)} tasks. The file was read from beginning to end and is whole.`}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start("keychain");
        }}
        noValidate
        className="grid gap-4"
      >
        {needsKeepChoice(restore.error) ? (
          <KeepChoice
            pending={restore.isPending}
            onAccept={() => start("until_close")}
            onDecline={() => restore.reset()}
          />
        ) : restore.error?.field ? null : (
          <Problem error={restore.error} />
        )}
        <Field
          label="Who are you?"
          error={restore.error?.field === "email" ? restore.error.message : null}
          hint="One of the administrators in the backup; you let the others in again under Team."
        >
          {(control) => (
            <Select
              id={control.id}
              value={email}
              onChange={setEmail}
              options={administrators.map((person) => ({
                value: person.email,
                label: `${person.display_name} (${person.email})`,
              }))}
            />
          )}
        </Field>
        <PasswordField
          label="New password"
          value={password}
          onChange={setPassword}
          error={weak ?? (restore.error?.field === "password" ? restore.error.message : null)}
          choosing
          autoFocus
        />
        <div className="flex gap-2">
          <Button type="submit" kind="primary" size="large">
            Restore
          </Button>
          <Button kind="ghost" size="large" onClick={onBack}>
            Back
          </Button>
        </div>
      </form>
    </Frame>
  );
}
