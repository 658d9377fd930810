import { Link } from "@tanstack/react-router";
import { Check, ChevronDown, Ellipsis } from "lucide-react";
import { useState } from "react";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { Menu } from "@/components/Menu";
import { useReadOnly } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { Member, Role } from "@/ipc/types";
import { EndDialog, OwnRoleDialog, RenameDialog } from "./MemberDialogs";
import { ResetDialog } from "./ResetDialog";
import { roles, roleWord } from "./words";

type Asked = { what: "rename" | "end" | "reset" } | { what: "own_role"; to: Role };

/** One member, with what can be done about them. */
export function MemberRow({ member, editor }: { member: Member; editor: boolean }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const role = useAction(commands.memberRole);
  const { display_name, membership_id } = member;
  const give = (to: Role) => {
    // Nobody can take that back alone.
    if (member.is_me) {
      setAsked({ what: "own_role", to });
    } else {
      role.mutate({ membership_id, role: to });
    }
  };
  const close = () => setAsked(null);
  return (
    <tr data-item={membership_id} className="h-11 border-b border-line/60">
      <th scope="row" className="truncate pr-3 text-left font-medium" title={display_name}>
        <bdi>{display_name}</bdi>
        {member.is_me ? (
          <span className="ml-2 rounded-[5px] bg-accent-soft px-1.5 text-sm font-normal text-accent">
            you
          </span>
        ) : null}
      </th>
      <td className="truncate pr-3 text-text-2" title={member.email ?? undefined}>
        {member.email}
      </td>
      <td className="truncate pr-3">
        {member.resource_id ? (
          <Link
            to="/resources/$resourceId"
            params={{ resourceId: member.resource_id }}
            className="hover:underline"
          >
            <bdi>{member.resource_name}</bdi>
          </Link>
        ) : (
          <span className="text-text-3">not on it</span>
        )}
      </td>
      <td className="pr-3">
        {editor ? <RoleMenu member={member} pending={role.isPending} onGive={give} /> : roleWord(member.role)}
      </td>
      {editor ? (
        <td>
          <Actions member={member} onAsk={(what) => setAsked({ what })} />
          {asked?.what === "rename" ? <RenameDialog member={member} onClose={close} /> : null}
          {asked?.what === "end" ? <EndDialog member={member} onClose={close} /> : null}
          {asked?.what === "reset" ? <ResetDialog member={member} onClose={close} /> : null}
          {asked?.what === "own_role" ? (
            <OwnRoleDialog
              to={asked.to}
              onClose={close}
              onSure={() => {
                close();
                role.mutate({ membership_id, role: asked.to });
              }}
            />
          ) : null}
        </td>
      ) : null}
    </tr>
  );
}

type RoleProps = { member: Member; pending: boolean; onGive: (to: Role) => void };

function RoleMenu({ member, pending, onGive }: RoleProps) {
  const readOnly = useReadOnly();
  const trigger = (
    <Button
      size="small"
      reason={readOnly}
      pending={pending}
      aria-label={`Role of ${member.display_name}: ${roleWord(member.role)}`}
      className="w-34 justify-between"
    >
      {roleWord(member.role)}
      <ChevronDown size={14} aria-hidden="true" className="text-text-3" />
    </Button>
  );
  if (readOnly || pending) {
    return trigger;
  }
  const verdict = (to: Role) => member.may_role.find((one) => one.to === to)?.may;
  return (
    <Menu
      title="Role"
      trigger={trigger}
      entries={roles.map((to) => {
        const may = verdict(to);
        const now = to === member.role;
        return {
          key: to,
          label: roleWord(to),
          mark: <Check size={14} aria-hidden="true" className={now ? undefined : "invisible"} />,
          note: now ? <span className="text-sm text-text-3">now</span> : null,
          reason: now || may?.allowed ? null : (may?.reason ?? "Not possible now."),
          onSelect: () => (now ? undefined : onGive(to)),
        };
      })}
    />
  );
}

type ActionsProps = { member: Member; onAsk: (what: "rename" | "end" | "reset") => void };

function Actions({ member, onAsk }: ActionsProps) {
  const readOnly = useReadOnly();
  return (
    <Menu
      trigger={
        <Button kind="ghost" size="icon" aria-label={`More about ${member.display_name}`}>
          <Ellipsis size={16} aria-hidden="true" />
        </Button>
      }
      entries={[
        { key: "rename", label: "Rename…", reason: readOnly, onSelect: () => onAsk("rename") },
        {
          key: "reset",
          label: "Link for a new password…",
          reason: readOnly ?? (member.may_reset.allowed ? null : member.may_reset.reason),
          onSelect: () => onAsk("reset"),
        },
        { kind: "line", key: "line" },
        {
          key: "end",
          label: "End access…",
          danger: true,
          reason: readOnly ?? (member.may_end.allowed ? null : member.may_end.reason),
          onSelect: () => onAsk("end"),
        },
      ]}
    />
  );
}
