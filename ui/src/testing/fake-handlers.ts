/** What the invented desk answers. It knows just enough of the rules to be lived with. */

import type { EventEdit } from "@/ipc/bindings";
import type {
  AppState,
  EventBoard,
  EventFilter,
  EventForm,
  EventPage,
  EventSort,
  May,
  Status,
} from "@/ipc/types";
import { backupHandlers } from "./fake-backups";
import { comfortHandlers } from "./fake-comfort";
import type { FakeDesk } from "./fake-desk";
import { importHandlers } from "./fake-import";
import { moveBookings, scheduleHandlers } from "./fake-schedule";
import { taskHandlers } from "./fake-tasks";
import { teamHandlers } from "./fake-team";
import { updateHandlers } from "./fake-updates";
import { idOf, type OfficeEvent } from "./office";

export type Handlers = Record<string, (input: never) => unknown>;

const flow: Status[] = ["inquiry", "planning", "preparation", "in_progress", "completed", "follow_up"];
const words: Record<Status, string> = {
  inquiry: "Inquiry",
  planning: "Planning",
  preparation: "Preparation",
  in_progress: "In progress",
  completed: "Completed",
  follow_up: "Follow-up",
  cancelled: "Cancelled",
};

const yes: May = { allowed: true, reason: null };
const no = (reason: string): May => ({ allowed: false, reason });

function may(event: OfficeEvent): EventPage["may"] {
  if (event.is_archived) {
    const filed = no("This event is archived; un-archive it first.");
    return {
      edit: filed,
      advance: [...flow, "cancelled" as const].map((to) => ({ to, may: filed })),
      cancel: filed,
      reinstate: filed,
      archive: filed,
      unarchive: yes,
    };
  }
  const here = flow.indexOf(event.status);
  const off = event.status === "cancelled";
  return {
    edit: yes,
    advance: flow.map((to) => ({
      to,
      may:
        !off && Math.abs(flow.indexOf(to) - here) === 1
          ? yes
          : no(
              `An event goes one step at a time; from ${words[event.status]} it cannot become ${words[to]}.`,
            ),
    })),
    cancel: !off && here < 4 ? yes : no("Only an event that has not been served can be cancelled."),
    reinstate: off ? yes : no("Only a cancelled event can be reinstated."),
    archive: off || here >= 4 ? yes : no("Only a completed, followed-up or cancelled event can be archived."),
    unarchive: no("This event is not archived."),
  };
}

function fits(event: OfficeEvent, filter: EventFilter): boolean {
  const text = filter.text?.toLowerCase();
  return (
    (filter.statuses.length === 0 || filter.statuses.includes(event.status)) &&
    (!filter.client_id || event.client_id === filter.client_id) &&
    (!filter.event_type || event.event_type === filter.event_type) &&
    (!filter.from || event.starts_at >= filter.from) &&
    (!filter.until || event.starts_at < filter.until) &&
    (!text || `${event.name} ${event.client_name} ${event.location ?? ""}`.toLowerCase().includes(text)) &&
    (filter.archived === "with" || event.is_archived === (filter.archived === "only"))
  );
}

function sorted(events: OfficeEvent[], sort: EventSort): OfficeEvent[] {
  const key = (event: OfficeEvent): string | number => {
    const by = {
      starts_at: event.starts_at,
      coming: event.starts_at,
      name: event.name,
      client: event.client_name,
      status: flow.indexOf(event.status),
      event_type: event.event_type,
      attendees: event.estimated_attendees ?? 0,
    };
    return by[sort.by];
  };
  const turn = sort.descending ? -1 : 1;
  return [...events].sort((a, b) => (key(a) < key(b) ? -turn : key(a) > key(b) ? turn : 0));
}

export function handlersFor(desk: FakeDesk): Handlers {
  const find = (id: string): OfficeEvent => {
    const found = desk.office.events.find((event) => event.id === id);
    if (!found) {
      throw {
        code: "not_found",
        message: "This event is not there any more.",
        field: null,
        details: null,
        reference: null,
      };
    }
    return found;
  };
  const applied = (command_id: string, label: string) => ({
    command_id,
    label,
    nothing_to_do: false,
    undoable: true,
  });
  const change = (id: string, patch: Partial<OfficeEvent>) => Object.assign(find(id), patch);
  const release = (id: string) => {
    desk.schedule.entries = desk.schedule.entries.filter(
      (entry) => entry.event_id !== id || entry.ends_at <= desk.schedule.now,
    );
  };
  const become = (id: string, to: Status) => {
    const event = find(id);
    event.status_history = [
      ...event.status_history,
      {
        old_status: event.status,
        new_status: to,
        changed_at: new Date().toISOString(),
        changed_by_name: "Pilar Novák",
        imported: false,
      },
    ];
    event.status = to;
    return event;
  };
  const tasksOf = (id: string) => desk.tasks.filter((task) => task.event_id === id);
  const page = (event: OfficeEvent): EventPage => {
    const { notes, cancel_reason, status_history, ...row } = event;
    return {
      row,
      notes,
      cancel_reason,
      status_history,
      archived_at: event.is_archived ? "2026-11-01T10:00:00Z" : null,
      archived_by_name: event.is_archived ? "Pilar Novák" : null,
      cancelled_at: event.status === "cancelled" ? "2026-11-10T09:00:00Z" : null,
      cancelled_by_name: event.status === "cancelled" ? "Hanna O'Brien" : null,
      created_at: "2026-09-02T08:30:00Z",
      created_by_name: "Kofi Johansson",
      client: desk.office.clients.find((client) => client.id === event.client_id) ?? null,
      may: may(event),
      tasks_open: tasksOf(event.id).filter((task) => task.status !== "completed").length,
      tasks_overdue: tasksOf(event.id).filter(
        (task) => task.status !== "completed" && task.due_at !== null && task.due_at < desk.schedule.now,
      ).length,
      tasks_total: tasksOf(event.id).length,
      bookings: desk.schedule.entries.filter((entry) => entry.event_id === event.id).length,
      clashes: 0,
    };
  };
  const fill = (form: EventForm): Partial<OfficeEvent> => ({
    name: form.name,
    client_id: form.client_id,
    event_type: form.event_type,
    time_zone: form.time_zone,
    client_name: desk.office.clients.find((client) => client.id === form.client_id)?.company_name ?? "",
    starts_at: `${form.starts_local}:00Z`,
    ends_at: `${form.ends_local}:00Z`,
    location: form.location,
    estimated_attendees: form.estimated_attendees,
    notes: form.notes,
  });
  const wall = (local: string, zone: string) =>
    local === "2027-03-28T02:30" && zone === "Europe/Madrid"
      ? {
          kind: "skipped",
          message: "On 28 March 2027 the clocks in Madrid go from 02:00 to 03:00, so 02:30 does not exist.",
          choices: [
            { choice: "earlier", instant: "2027-03-28T00:30:00Z", label: "01:30, before the clocks change" },
            { choice: "later", instant: "2027-03-28T01:30:00Z", label: "03:30, after the clocks change" },
          ],
        }
      : { kind: "fine", instant: `${local}:00Z` };
  const devices = {
    devices: [
      {
        id: idOf("d", 1),
        name: "Pilar's office computer",
        created_at: "2026-09-01T08:00:00Z",
        last_seen_at: "2026-11-20T13:31:00Z",
        expires_at: "2026-12-20T08:00:00Z",
        revoked_at: null as string | null,
        current: true,
      },
      {
        id: idOf("d", 2),
        name: "Kitchen laptop",
        created_at: "2026-10-01T08:00:00Z",
        last_seen_at: "2026-11-18T17:05:00Z",
        expires_at: "2026-12-18T08:00:00Z",
        revoked_at: null as string | null,
        current: false,
      },
      {
        id: idOf("d", 3),
        name: "Old laptop",
        created_at: "2026-03-01T08:00:00Z",
        last_seen_at: "2026-08-18T17:05:00Z",
        expires_at: "2026-09-18T08:00:00Z",
        revoked_at: "2026-08-20T09:00:00Z" as string | null,
        current: false,
      },
    ],
  };
  const state = (next: AppState) => {
    desk.state = next;
    return next;
  };
  const handlers: Handlers = {
    ...importHandlers(desk),
    ...scheduleHandlers(desk),
    ...teamHandlers(desk),
    ...comfortHandlers(desk),
    ...backupHandlers(desk),
    ...updateHandlers(desk),
    app_start: () => desk.state,
    app_choose: () => state({ phase: "first_run", known: [] }),
    sync_status: () => desk.sync,
    window_activity: () => null,
    keychain_available: () => true,
    first_run_sample: () => state({ phase: "ready", session: sessionOf(desk) }),
    first_run_local: () => state({ phase: "ready", session: sessionOf(desk) }),
    server_set_up: () => state({ phase: "ready", session: sessionOf(desk) }),
    server_connect: () =>
      state({ phase: "sign_in", server: sessionOf(desk).server, email: null, message: null }),
    sign_in: () => state({ phase: "ready", session: sessionOf(desk) }),
    password_reset_local: () => state({ phase: "ready", session: sessionOf(desk) }),
    sign_out: () =>
      state({
        phase: "sign_in",
        server: sessionOf(desk).server,
        email: sessionOf(desk).email,
        message: null,
      }),
    organization_switch: ({ organization_id }: { organization_id: string }) => {
      const session = sessionOf(desk);
      const organization =
        session.organizations.find((one) => one.id === organization_id) ?? session.organization;
      return state({ phase: "ready", session: { ...session, organization, role: organization.role } });
    },
    password_change: () => null,
    device_list: () => devices,
    device_revoke: ({ device_id }: { device_id: string }) => ({
      devices: devices.devices.map((one) =>
        one.id === device_id ? { ...one, revoked_at: "2026-11-20T13:32:00Z" } : one,
      ),
    }),
    event_list: ({
      filter,
      sort,
      offset,
      limit,
    }: {
      filter: EventFilter;
      sort: EventSort;
      offset: number;
      limit: number;
    }) => {
      const fitting = desk.office.events.filter((event) => fits(event, filter));
      const isAhead = (event: OfficeEvent) => event.starts_at >= "2026-11-19T23:00:00Z";
      const byDate = (events: OfficeEvent[], descending: boolean) =>
        sorted(events, { by: "starts_at", descending });
      const rows =
        sort.by === "coming"
          ? [
              ...byDate(fitting.filter(isAhead), false),
              ...byDate(
                fitting.filter((event) => !isAhead(event)),
                true,
              ),
            ]
          : sorted(fitting, sort);
      return { rows: rows.slice(offset, offset + limit), total: rows.length };
    },
    event_board: ({ filter, per_column }: { filter: EventFilter; per_column: number }): EventBoard => ({
      columns: [...flow, "cancelled" as const]
        .filter((status) => filter.statuses.length === 0 || filter.statuses.includes(status))
        .map((status) => {
          const rows = desk.office.events.filter((event) => event.status === status && fits(event, filter));
          return { status, total: rows.length, rows: rows.slice(0, per_column) };
        }),
    }),
    event_types: () => {
      const types = [...new Set(desk.office.events.map((event) => event.event_type))].sort();
      return { types: types.map((event_type) => ({ event_type, events: 9 })) };
    },
    event_page: ({ event_id }: { event_id: string }) => page(find(event_id)),
    event_form_check: (form: EventForm) => ({
      starts_at: wall(form.starts_local, form.time_zone),
      ends_at: wall(form.ends_local, form.time_zone),
    }),
    event_move_preview: () => ({ due_times: [] }),
    event_create: ({
      command_id,
      event_id,
      form,
    }: {
      command_id: string;
      event_id: string;
      form: EventForm;
    }) => {
      const template = desk.office.events[0] as OfficeEvent;
      desk.office.events.push({
        ...template,
        ...fill(form),
        id: event_id,
        status: "inquiry",
        is_archived: false,
        cancel_reason: null,
        status_history: [],
      });
      return applied(command_id, `Created ${form.name}`);
    },
    event_edit: ({ command_id, event_id, form, base, moving }: EventEdit) => {
      moveBookings(desk, event_id, form, base, moving ?? { kind: "refuse" });
      change(event_id, fill(form));
      return applied(command_id, `Changed ${form.name}`);
    },
    event_advance: ({ command_id, event_id, to }: { command_id: string; event_id: string; to: Status }) =>
      applied(command_id, `Moved ${become(event_id, to).name} to ${words[to]}`),
    event_cancel: ({
      command_id,
      event_id,
      reason,
    }: {
      command_id: string;
      event_id: string;
      reason: string;
    }) => {
      change(event_id, { cancel_reason: reason });
      release(event_id);
      return applied(command_id, `Cancelled ${become(event_id, "cancelled").name}`);
    },
    event_reinstate: ({ command_id, event_id }: { command_id: string; event_id: string }) =>
      applied(command_id, `Reinstated ${become(event_id, "planning").name}`),
    event_archive: ({ command_id, event_id }: { command_id: string; event_id: string }) => {
      release(event_id);
      return applied(command_id, `Archived ${change(event_id, { is_archived: true }).name}`);
    },
    event_unarchive: ({ command_id, event_id }: { command_id: string; event_id: string }) =>
      applied(command_id, `Un-archived ${change(event_id, { is_archived: false }).name}`),
    event_activity: () => ({
      entries: desk.office.activity,
      done: true,
      as_of: desk.sync.state === "offline" ? desk.sync.as_of : null,
    }),
    client_activity: () => ({ entries: desk.office.activity.slice(-1), done: true, as_of: null }),
    client_list: ({ text, offset, limit }: { text: string | null; offset: number; limit: number }) => {
      const rows = desk.office.clients
        .filter(
          (client) =>
            !text ||
            `${client.company_name} ${client.contact_name}`.toLowerCase().includes(text.toLowerCase()),
        )
        .sort((a, b) => a.company_name.localeCompare(b.company_name));
      return { rows: rows.slice(offset, offset + limit), total: rows.length };
    },
    client_page: ({ client_id }: { client_id: string }) => {
      const row = desk.office.clients.find((client) => client.id === client_id);
      if (!row) {
        throw {
          code: "not_found",
          message: "This client is not there any more.",
          field: null,
          details: null,
          reference: null,
        };
      }
      const events = desk.office.events.filter((event) => event.client_id === client_id).reverse();
      return {
        row,
        address: row.address,
        notes: row.notes,
        created_at: null,
        events,
        may: {
          edit: yes,
          delete: events.length > 0 ? no(`This client has ${events.length} events.`) : yes,
          create_event: yes,
        },
      };
    },
    client_create: ({
      command_id,
      client_id,
      form,
    }: {
      command_id: string;
      client_id: string;
      form: { company_name: string };
    }) => {
      desk.office.clients.push({
        contact_name: null,
        email: null,
        phone: null,
        address: null,
        notes: null,
        ...form,
        id: client_id,
        events: 0,
        next_event_at: null,
        last_event_at: null,
      });
      return applied(command_id, `Created ${form.company_name}`);
    },
    client_edit: ({
      command_id,
      client_id,
      form,
    }: {
      command_id: string;
      client_id: string;
      form: { company_name: string };
    }) => {
      Object.assign(desk.office.clients.find((client) => client.id === client_id) ?? {}, form);
      return applied(command_id, `Changed ${form.company_name}`);
    },
    client_delete: ({ command_id, client_id }: { command_id: string; client_id: string }) => {
      desk.office.clients = desk.office.clients.filter((client) => client.id !== client_id);
      return applied(command_id, "Deleted the client");
    },
    search: ({ text, limit }: { text: string; limit: number }) => {
      const like = (value: string) => value.toLowerCase().includes(text.toLowerCase());
      const events = desk.office.events
        .filter((event) => like(event.name))
        .map((event) => ({
          kind: "event",
          id: event.id,
          title: event.name,
          subtitle: `${event.client_name} · ${event.starts_at.slice(0, 10)} · ${event.location ?? "no place yet"}`,
          status: event.status,
          starts_at: event.starts_at,
          is_archived: event.is_archived,
        }));
      const clients = desk.office.clients
        .filter((client) => like(client.company_name))
        .map((client) => ({
          kind: "client",
          id: client.id,
          title: client.company_name,
          subtitle: client.contact_name ?? "",
          status: null,
          starts_at: null,
          is_archived: false,
        }));
      const resources = desk.schedule.resources
        .filter((resource) => like(resource.name))
        .slice(0, 3)
        .map((resource) => ({
          kind: "resource",
          id: resource.id,
          title: resource.name,
          subtitle: [resource.type, resource.role].filter(Boolean).join(" · "),
          status: null,
          starts_at: null,
          is_archived: false,
        }));
      const tasks = desk.tasks
        .filter((task) => like(task.title))
        .map((task) => ({
          kind: "task",
          id: task.id,
          title: task.title,
          subtitle: `${find(task.event_id).name} · ${task.due_at?.slice(0, 10) ?? "no due time"}`,
          status: null,
          starts_at: null,
          is_archived: find(task.event_id).is_archived,
          event_id: task.event_id,
          task_status: task.status,
        }));
      return {
        hits: [...events.slice(0, 6), ...clients.slice(0, 3), ...tasks.slice(0, 4), ...resources].slice(
          0,
          limit,
        ),
        as_of: null,
      };
    },
    undo: ({ command_id }: { command_id: string }) => applied(command_id, "Undone"),
  };
  return { ...handlers, ...taskHandlers(desk, handlers) };
}

function sessionOf(desk: FakeDesk) {
  return desk.session;
}
