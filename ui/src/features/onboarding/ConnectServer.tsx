import { type FormEvent, useState } from "react";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { Field, Input } from "@/components/Field";
import { Problem } from "@/components/States";
import { commands } from "@/ipc/bindings";
import { Frame } from "./Frame";

/** Takes a server link and leads to that server's sign-in. */
export function ConnectServer({ onBack }: { onBack: () => void }) {
  const [link, setLink] = useState("");
  const connect = useStateChange((text: string) => commands.serverConnect({ link: text }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    connect.mutate(link.trim());
  };
  const about = connect.error?.field === "link" ? connect.error.message : null;
  return (
    <Frame
      title="Connect to a server"
      lead="Paste the link that your administrator gave you. It holds no password."
    >
      <form onSubmit={submit} className="grid gap-4">
        {about ? null : <Problem error={connect.error} />}
        <Field label="Server link" error={about} hint="It begins with cloche://">
          {(control) => (
            <Input
              {...control}
              autoFocus
              value={link}
              placeholder="cloche://server?…"
              onChange={(event) => setLink(event.target.value)}
            />
          )}
        </Field>
        <div className="flex gap-2">
          <Button
            type="submit"
            kind="primary"
            size="large"
            pending={connect.isPending}
            reason={link.trim() === "" ? "Paste the link first." : null}
          >
            {connect.isPending ? "Connecting…" : "Connect"}
          </Button>
          <Button kind="ghost" size="large" onClick={onBack}>
            Back
          </Button>
        </div>
      </form>
    </Frame>
  );
}
