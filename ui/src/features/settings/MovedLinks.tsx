import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/Button";
import { copyText } from "@/components/clipboard";
import { Dialog } from "@/components/Dialog";
import { Input } from "@/components/Field";
import { LinkGuard } from "@/components/LeaveGuard";
import { notify } from "@/components/notices";
import { useFormat } from "@/components/session";
import type { OfficeMoved } from "@/ipc/types";

/** After a move: a link for everybody who needs one, to be copied now. */
export function MovedLinks({ moved, onClose }: { moved: OfficeMoved; onClose: () => void }) {
  const format = useFormat();
  const [copied, setCopied] = useState<ReadonlySet<string>>(new Set());
  const missing = moved.links.filter((person) => !copied.has(person.email)).length;
  const take = async (text: string, emails: string[]) => {
    if (await copyText(text)) {
      setCopied(new Set([...copied, ...emails]));
    } else {
      notify({
        message: "The system did not let Cloche copy. Select the links and copy them by hand.",
        is_warning: true,
      });
    }
  };
  const all = moved.links.map((person) => `${person.display_name} <${person.email}>\n${person.link}`);
  const [first] = moved.links;
  return (
    <Dialog
      open
      wide
      onClose={() => (missing === 0 ? onClose() : undefined)}
      title={`Your office is on ${moved.place} now`}
      description={`${format.number(moved.rows)} rows with ${format.number(moved.events)} events arrived there and were compared one by one. Here it can only be read from now on.`}
      footer={
        <>
          <Button
            onClick={() =>
              void take(
                all.join("\n\n"),
                moved.links.map((person) => person.email),
              )
            }
            reason={moved.links.length === 0 ? "Everybody has a sign-in there." : null}
          >
            <Copy size={14} aria-hidden="true" />
            Copy all
          </Button>
          <Button
            kind="primary"
            reason={missing > 0 ? "Copy the links first; they cannot be shown again." : null}
            onClick={onClose}
          >
            Done
          </Button>
        </>
      }
    >
      <LinkGuard shown={missing > 0} />
      {first ? (
        <div className="grid gap-3">
          <p>
            Everybody chooses a new password with a link of their own, you included. Hand each one to its
            person and nobody else; they work once, until {format.moment(first.expires_at)}.
          </p>
          <ul aria-label="Links" className="grid gap-2">
            {moved.links.map((person) => (
              <li
                key={person.email}
                className="grid grid-cols-[minmax(0,12rem)_minmax(0,1fr)_auto] items-center gap-2"
              >
                <span className="min-w-0">
                  <span className="block truncate font-medium">{person.display_name}</span>
                  <span className="block truncate text-sm text-text-3">{person.email}</span>
                </span>
                <Input
                  readOnly
                  aria-label={`Link for ${person.display_name}`}
                  value={person.link}
                  onFocus={(event) => event.target.select()}
                  onCopy={() => setCopied(new Set([...copied, person.email]))}
                  className="text-text-2"
                />
                <Button
                  aria-label={`Copy the link for ${person.display_name}`}
                  onClick={() => void take(person.link, [person.email])}
                >
                  {copied.has(person.email) ? (
                    <Check size={14} aria-hidden="true" />
                  ) : (
                    <Copy size={14} aria-hidden="true" />
                  )}
                  {copied.has(person.email) ? "Copied" : "Copy"}
                </Button>
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <p>Everybody has a sign-in on that server already. Connect to it from the first screen.</p>
      )}
    </Dialog>
  );
}
