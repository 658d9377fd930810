import { useRef } from "react";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { useFormat, useReadOnly } from "@/components/session";
import { useItemKeys } from "@/components/use-item-keys";
import { commands } from "@/ipc/bindings";
import type { Member } from "@/ipc/types";
import { MemberRow } from "./MemberRow";
import { roleWord } from "./words";

const head = "py-1.5 pr-3 text-left text-sm font-medium text-text-3";

/** Everybody who belongs to the organization, and below them who did. */
export function Members({ members, editor }: { members: Member[]; editor: boolean }) {
  const list = useRef<HTMLTableSectionElement>(null);
  useItemKeys(list, () => false);
  const current = members.filter((member) => member.ended_at === null);
  const former = members.filter((member) => member.ended_at !== null);
  return (
    <>
      <table aria-label="Members" className="w-full table-fixed border-collapse">
        <thead>
          <tr className="border-b border-line">
            <th scope="col" className={head}>
              Name
            </th>
            <th scope="col" className={head}>
              E-mail
            </th>
            <th scope="col" className={`${head} w-48`}>
              On the staff list
            </th>
            <th scope="col" className={`${head} w-40`}>
              Role
            </th>
            {editor ? (
              <th scope="col" className="w-10">
                <span className="sr-only">Actions</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody ref={list}>
          {current.map((member) => (
            <MemberRow key={member.membership_id} member={member} editor={editor} />
          ))}
        </tbody>
      </table>
      {former.length > 0 ? <Former members={former} editor={editor} /> : null}
    </>
  );
}

function Former({ members, editor }: { members: Member[]; editor: boolean }) {
  const format = useFormat();
  const readOnly = useReadOnly();
  const reinstate = useAction(commands.memberReinstate);
  return (
    <section aria-label="Former members">
      <h2 className="pb-1 font-semibold">Former members</h2>
      <ul>
        {members.map((member) => (
          <li
            key={member.membership_id}
            className="flex min-h-10 items-center gap-3 border-b border-line/60 last:border-none"
          >
            <p className="min-w-0 flex-1 truncate" title={member.display_name}>
              <bdi>{member.display_name}</bdi>{" "}
              <span className="text-text-3">
                {roleWord(member.role)}
                {member.ended_at ? `, access ended ${format.moment(member.ended_at)}` : null}
              </span>
            </p>
            {editor ? (
              <Button
                size="small"
                aria-label={`Take ${member.display_name} back`}
                reason={readOnly ?? (member.may_reinstate.allowed ? null : member.may_reinstate.reason)}
                pending={reinstate.isPending && reinstate.variables?.membership_id === member.membership_id}
                onClick={() => reinstate.mutate({ membership_id: member.membership_id })}
              >
                Take back
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
