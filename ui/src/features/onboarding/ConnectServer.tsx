import { type FormEvent, useState } from "react";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { Field, Input } from "@/components/Field";
import { Problem } from "@/components/States";
import { commands } from "@/ipc/bindings";
import { Frame } from "./Frame";
import { Join } from "./Join";
import { isJoinLink, useOffer } from "./use-offer";

type Props = {
  onBack: () => void;
  /** Somebody said that they have an invitation. */
  invited?: boolean;
  /** The link, where it came with a click. */
  given?: string | undefined;
};

/** Takes a link: a server's leads to its sign-in, an invitation or a reset to choosing a password. */
export function ConnectServer({ onBack, invited, given = "" }: Props) {
  const [link, setLink] = useState(given);
  const connect = useStateChange((text: string) => commands.serverConnect({ link: text }));
  const offer = useOffer();
  const anotherLink = () => {
    setLink("");
    offer.reset();
  };
  if (offer.data) {
    return <Join link={offer.data.link} offer={offer.data.offer} onBack={anotherLink} />;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = link.trim();
    connect.reset();
    offer.reset();
    if (isJoinLink(text)) {
      offer.mutate(text);
    } else {
      connect.mutate(text);
    }
  };
  const error = offer.error ?? connect.error;
  const about = error?.field === "link" ? error.message : null;
  const pending = connect.isPending || offer.isPending;
  return (
    <Frame
      title={invited ? "Your invitation" : "Connect to a server"}
      lead={
        invited
          ? "Paste the link that you were given. It lets you in once, so nobody else should have it."
          : "Paste the link that your administrator gave you: to the server, an invitation, or one for a new password."
      }
    >
      <form onSubmit={submit} className="grid gap-4">
        {about ? null : <Problem error={error} />}
        <Field
          label={invited ? "Invitation link" : "Server link"}
          error={about}
          hint="It begins with cloche://"
        >
          {(control) => (
            <Input
              {...control}
              autoFocus
              value={link}
              placeholder={invited ? "cloche://join?…" : "cloche://server?…"}
              onChange={(event) => setLink(event.target.value)}
            />
          )}
        </Field>
        <div className="flex gap-2">
          <Button
            type="submit"
            kind="primary"
            size="large"
            pending={pending}
            reason={link.trim() === "" ? "Paste the link first." : null}
          >
            {pending ? "Connecting…" : "Connect"}
          </Button>
          <Button kind="ghost" size="large" onClick={onBack}>
            Back
          </Button>
        </div>
      </form>
    </Frame>
  );
}
