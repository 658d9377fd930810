/** The invented office's team, and the links that let people in. */
import type { Invitation, JoinOffer, May, Member, Role } from "@/ipc/types";
import type { FakeDesk } from "./fake-desk";
import type { Handlers } from "./fake-handlers";
import { idOf } from "./office";

const yes: May = { allowed: true, reason: null };
const no = (reason: string): May => ({ allowed: false, reason });

/** What the shell works out anew at each question. */
type Told = "is_me" | "may_role" | "may_end" | "may_reinstate" | "may_reset";
type FakeMember = Omit<Member, Told>;
export type FakeTeam = {
  members: FakeMember[];
  invitations: Invitation[];
  manager: string[];
  staff: string[];
};

const permissions: [group: string, name: string, label: string][] = [
  ["Team", "organization.edit", "change the organization’s settings"],
  ["Team", "members.edit", "change members and what they may do"],
  ["Clients", "clients.create", "add clients"],
  ["Clients", "clients.edit", "change clients"],
  ["Clients", "clients.delete", "delete clients"],
  ["Events", "events.create", "create events"],
  ["Events", "events.edit", "change events"],
  ["Events", "events.advance", "move events along"],
  ["Events", "events.cancel", "cancel or reinstate events"],
  ["Events", "events.archive", "archive events"],
  ["Events", "events.unarchive", "take events out of the archive"],
  ["Events", "events.import", "import past and running events"],
  ["Tasks", "tasks.create", "add tasks"],
  ["Tasks", "tasks.edit", "change tasks and what they wait for"],
  ["Tasks", "tasks.delete", "delete tasks"],
  ["Tasks", "tasks.assign", "assign tasks to people"],
  ["Tasks", "tasks.status", "start, complete or reopen tasks"],
  ["Tasks", "tasks.status_own", "start, complete or reopen their own tasks"],
  ["Resources", "resources.create", "add people, equipment and materials"],
  ["Resources", "resources.edit", "change people, equipment and materials"],
  ["Resources", "resources.delete", "delete people, equipment and materials"],
  ["Resources", "resources.assign", "book and release people, equipment and materials"],
  ["Resources", "resources.override", "book over a clash"],
];

const roles: Role[] = ["administrator", "manager", "staff"];
const people: [name: string, role: Role, ended?: string][] = [
  ["Pilar Novák", "administrator"],
  ["Hanna O'Brien", "manager"],
  ["Kofi Johansson", "staff"],
  ["Zoë Łukasik", "administrator"],
  ["Iñaki Müller", "staff"],
  ["Maximiliana-Konstanze Freifrau von und zu Hohenlohe-Langenburg", "manager"],
  ["Björn Tanaka", "staff", "2026-09-30T15:00:00Z"],
];

export function makeTeam(me: string): FakeTeam {
  const invitation = (index: number, more: Partial<Invitation>): Invitation => ({
    id: idOf("d", 60 + index),
    kind: "invitation",
    email: "lucia@olivar.example",
    display_name: "Lucía Peña",
    role: "staff",
    created_by_name: "Pilar Novák",
    created_at: "2026-11-19T09:12:00Z",
    expires_at: "2026-11-26T09:12:00Z",
    used_at: null,
    withdrawn_at: null,
    ...more,
  });
  return {
    members: people.map(([display_name, role, ended_at = null], index) => ({
      membership_id: idOf("d", 80 + index),
      user_id: index === 0 ? me : idOf("d", 89 + index),
      display_name,
      email: `${display_name.split(" ")[0]?.toLowerCase()}@olivar.example`,
      role,
      ended_at,
      resource_id: index === 2 ? idOf("r", 0) : null,
      resource_name: null,
    })),
    invitations: [
      invitation(0, {}),
      invitation(1, {
        email: "kofi@olivar.example",
        display_name: "Kofi Johansson",
        kind: "reset",
        created_at: "2026-11-18T16:00:00Z",
        expires_at: "2026-11-18T16:15:00Z",
        used_at: "2026-11-18T16:04:00Z",
      }),
      invitation(2, {
        email: "marta@olivar.example",
        display_name: "Marta Ibáñez",
        role: "manager",
        created_at: "2026-10-02T08:00:00Z",
        expires_at: "2026-10-09T08:00:00Z",
      }),
    ],
    manager: ["tasks.status", "tasks.assign", "resources.assign"],
    staff: ["tasks.status_own"],
  };
}

export const joinLink =
  "cloche://join?host=books.olivar.example&port=5432&db=cloche&id=0190aaaa-0000-7000-8000-0000000000ff&email=lucia%40olivar.example&token=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";

export const offer: JoinOffer = {
  kind: "invitation",
  email: "lucia@olivar.example",
  organization_name: "Olivar Catering",
  display_name: "Lucía Peña",
  role: "manager",
  invited_by: "Pilar Novák",
  server_name: "books.olivar.example",
};

export function teamHandlers(desk: FakeDesk): Handlers {
  const applied = (command_id: string, label: string) => ({
    command_id,
    label,
    nothing_to_do: false,
    undoable: true,
  });
  const refused = (message: string, field: string | null = null) => ({
    code: "refused",
    message,
    field,
    details: null,
    reference: null,
  });
  const find = (id: string): FakeMember => {
    const found = desk.team.members.find((one) => one.membership_id === id);
    if (!found) {
      throw refused("This member is not there any more.");
    }
    return found;
  };
  const edits = () => desk.session.permissions.includes("members.edit");
  const told = (member: FakeMember): Member => {
    const mine = member.user_id === desk.session.user_id;
    const denied = edits() ? null : no("You may not change members and what they may do.");
    const last =
      member.role === "administrator" &&
      desk.team.members.filter((one) => one.role === "administrator" && !one.ended_at).length < 2
        ? no("An organization needs at least one administrator. Make somebody else an administrator first.")
        : null;
    const gone = member.ended_at
      ? no(`${member.display_name} no longer belongs to the team. Take them back first.`)
      : null;
    return {
      ...member,
      resource_name: desk.schedule.resources.find((one) => one.id === member.resource_id)?.name ?? null,
      is_me: mine,
      may_role: roles
        .filter((to) => to !== member.role)
        .map((to) => ({ to, may: gone ?? denied ?? last ?? yes })),
      may_end:
        gone ??
        denied ??
        (mine ? no("You cannot end your own access. Ask another administrator.") : (last ?? yes)),
      may_reinstate: denied ?? (member.ended_at ? yes : no(`${member.display_name} belongs to the team.`)),
      may_reset: gone ?? denied ?? yes,
    };
  };
  const roleWord = (role: Role) => `${role[0]?.toUpperCase()}${role.slice(1)}`;
  return {
    team_members: () => ({ members: desk.team.members.map(told) }),
    team: () => ({
      members: desk.team.members.map(told),
      invitations: edits() && desk.sync.state === "live" ? desk.team.invitations : null,
      matrix: {
        permissions: permissions.map(([group, name, label]) => ({ group, name, label })),
        manager: desk.team.manager,
        staff: desk.team.staff,
      },
      may: {
        edit: !edits()
          ? no("You may not change members and what they may do.")
          : desk.session.role === "administrator"
            ? yes
            : no("Only an administrator can do this."),
      },
    }),
    member_role: ({
      command_id,
      membership_id,
      role,
    }: {
      command_id: string;
      membership_id: string;
      role: Role;
    }) => {
      const member = find(membership_id);
      member.role = role;
      return applied(command_id, `Made ${member.display_name} ${roleWord(role)}`);
    },
    member_rename: ({
      command_id,
      membership_id,
      display_name,
    }: {
      command_id: string;
      membership_id: string;
      display_name: string;
    }) => {
      find(membership_id).display_name = display_name;
      return applied(command_id, `Renamed ${display_name}`);
    },
    member_end: ({ command_id, membership_id }: { command_id: string; membership_id: string }) => {
      const member = find(membership_id);
      member.ended_at = "2026-11-20T13:32:00Z";
      return applied(command_id, `Ended the access of ${member.display_name}`);
    },
    member_reinstate: ({ command_id, membership_id }: { command_id: string; membership_id: string }) => {
      const member = find(membership_id);
      member.ended_at = null;
      return applied(command_id, `Took ${member.display_name} back`);
    },
    member_invite: ({
      id,
      email,
      display_name,
      role,
    }: Pick<Invitation, "id" | "email" | "display_name" | "role">) => {
      if (desk.team.members.some((one) => one.email === email && !one.ended_at)) {
        throw refused("Somebody with this e-mail address is a member already.", "email");
      }
      if (email?.endsWith("@brisa.example")) {
        return { added: true, link: null, expires_at: null };
      }
      const [template] = desk.team.invitations;
      if (template) {
        desk.team.invitations = [{ ...template, id, email, display_name, role }, ...desk.team.invitations];
      }
      return { added: false, link: joinLink, expires_at: "2026-11-27T13:32:00Z" };
    },
    member_reset_link: () => ({ link: joinLink, expires_at: "2026-11-20T13:47:00Z" }),
    invitation_withdraw: ({ id }: { id: string }) => {
      desk.team.invitations = desk.team.invitations.map((one) =>
        one.id === id ? { ...one, withdrawn_at: "2026-11-20T13:32:00Z" } : one,
      );
      return null;
    },
    matrix_set: ({
      command_id,
      role,
      permission,
      granted,
    }: {
      command_id: string;
      role: "manager" | "staff";
      permission: string;
      granted: boolean;
    }) => {
      const held = desk.team[role].filter((one) => one !== permission);
      desk.team[role] = granted ? [...held, permission] : held;
      return applied(command_id, `Changed what ${role} may do`);
    },
    join_describe: () => offer,
    join_accept: () => {
      desk.state = { phase: "ready", session: desk.session };
      return desk.state;
    },
  };
}
