import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Mail } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/Button";
import type { Format } from "@/components/format";
import { announce, complain } from "@/components/notices";
import { now, useMinute } from "@/components/now";
import { useFormat, useReadOnly } from "@/components/session";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { Invitation } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { roleWord } from "./words";

const isOpen = (one: Invitation, at: number) =>
  one.used_at === null && one.withdrawn_at === null && Date.parse(one.expires_at) > at;

/** Links that were handed out; those that still let somebody in can be taken back. */
export function Invitations({ invitations }: { invitations: Invitation[] | null }) {
  const minute = useMinute();
  const [earlier, setEarlier] = useState(false);
  const open = invitations?.filter((one) => isOpen(one, minute)) ?? [];
  const past = invitations?.filter((one) => !isOpen(one, minute)) ?? [];
  return (
    <section aria-label="Invitations">
      <h2 className="pb-1 font-semibold">Open invitations</h2>
      {invitations === null ? (
        <p className="text-text-2">The server keeps these, and cannot be asked just now.</p>
      ) : open.length === 0 ? (
        <p className="text-text-2">Nobody is on the way in.</p>
      ) : (
        <List label="Open invitations" invitations={open} />
      )}
      {past.length > 0 ? (
        <>
          <Button kind="link" className="mt-2" aria-expanded={earlier} onClick={() => setEarlier(!earlier)}>
            {earlier ? "Hide earlier ones" : `Show earlier ones (${past.length})`}
          </Button>
          {earlier ? <List label="Earlier invitations" invitations={past} past /> : null}
        </>
      ) : null}
    </section>
  );
}

function List({ label, invitations, past }: { label: string; invitations: Invitation[]; past?: boolean }) {
  const client = useQueryClient();
  const format = useFormat();
  const readOnly = useReadOnly();
  const withdraw = useMutation({
    mutationFn: async (one: Invitation) => unwrap(await commands.invitationWithdraw({ id: one.id })),
    onSuccess: async (_, one) => {
      announce(`Withdrew the link for ${one.email}.`);
      await client.invalidateQueries({ queryKey: roots.team });
    },
    onError: complain,
  });
  return (
    <ul aria-label={label}>
      {invitations.map((one) => {
        const Icon = one.kind === "reset" ? KeyRound : Mail;
        return (
          <li
            key={one.id}
            className="flex min-h-12 items-center gap-3 border-b border-line/60 last:border-none"
          >
            <Icon size={16} aria-hidden="true" className="shrink-0 text-text-3" />
            <div className="min-w-0 flex-1">
              <p className="truncate">
                <bdi className={past ? "text-text-2" : "font-medium"}>{one.display_name ?? one.email}</bdi>{" "}
                <span className="text-text-3">
                  {one.email} · {one.kind === "reset" ? "new password" : roleWord(one.role)}
                </span>
              </p>
              <p className="truncate text-sm text-text-3">{fate(one, format)}</p>
            </div>
            {past ? null : (
              <Button
                size="small"
                reason={readOnly}
                aria-label={`Withdraw the link for ${one.email}`}
                pending={withdraw.isPending && withdraw.variables?.id === one.id}
                onClick={() => withdraw.mutate(one)}
              >
                Withdraw
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** What became of it. */
function fate(one: Invitation, format: Format): string {
  const made = `Made ${format.moment(one.created_at)}${one.created_by_name ? ` by ${one.created_by_name}` : ""}`;
  if (one.used_at) {
    return `${made} · used ${format.moment(one.used_at)}`;
  }
  if (one.withdrawn_at) {
    return `${made} · withdrawn ${format.moment(one.withdrawn_at)}`;
  }
  const until = format.moment(one.expires_at);
  return Date.parse(one.expires_at) > now()
    ? `${made} · lets in until ${until}`
    : `${made} · ran out ${until}`;
}
