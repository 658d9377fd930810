/** The invented office's people and things, and what they are booked on. For tests and the preview only. */
import { TZDate } from "@date-fns/tz";
import type { AssignmentCheck, AssignmentCreate, AssignmentEdit, BlockCreate } from "@/ipc/bindings";
import type {
  BlockAsk,
  BookingRow,
  CandidatesAsk,
  EventForm,
  May,
  MovingChoice,
  ResourceFilter,
  ResourceForm,
  ResourcePage,
  ResourceRow,
  ResourceSchedule,
  ResourceSort,
  ScheduleClash,
  ScheduleConflict,
  TaskRow,
} from "@/ipc/types";
import { type FakeDesk, refusal } from "./fake-desk";
import type { Handlers } from "./fake-handlers";
import { idOf, type Office, type OfficeEvent } from "./office";

export type OfficeResource = Omit<ResourceRow, "now" | "now_until" | "next" | "open_tasks"> & {
  notes: string | null;
};
export type Schedule = {
  resources: OfficeResource[];
  entries: BookingRow[];
  may_override: May;
  /** What the desk takes for this moment. */
  now: string;
};

const zone = "Europe/Madrid";
const yes: May = { allowed: true, reason: null };
const no = (reason: string): May => ({ allowed: false, reason });
const minutes = (instant: string, by: number) =>
  new Date(Date.parse(instant) + by * 60_000).toISOString().replace(".000Z", "Z");

/** The instant that a wall time means in `zone`. */
function instantOf(wall: string, zone: string): string {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = wall.split(/\D/).map(Number);
  return new Date(new TZDate(year, month - 1, day, hour, minute, zone).getTime())
    .toISOString()
    .replace(".000Z", "Z");
}

const people = [
  ["Amara García", "chef"],
  ["Kofi Johansson", "chef"],
  ["Björn Novák", "driver"],
  ["Siân Müller", "driver"],
  ["Hanna O'Brien", "coordinator"],
  ["Lucía Peña", "server"],
  ["Ana Ruiz", "server"],
  ["Yuki Tanaka", "server"],
  ["Zoë Haddad-Vandenberg", "server"],
  ["Ngozi Okafor", "server"],
  ["Iñaki d'Angelo", "bartender"],
  ["Chloé Nguyen", "bartender"],
] as const;

const things = [
  ["Refrigerated van 1", "equipment", "transport", 1, 30, 30],
  ["Refrigerated van 2", "equipment", "transport", 1, 30, 30],
  ["Espresso machine", "equipment", "bar", 3, 15, 15],
  ["Projector", "equipment", null, 1, 0, 0],
  ["Chair, white", "materials", "rental", 400, 60, 60],
  ["Round table, 10 seats", "materials", "rental", 60, 60, 60],
] as const;

function makeResources(extra: number): OfficeResource[] {
  const blank = { setup_minutes: 0, teardown_minutes: 0, user_id: null, user_name: null, notes: null };
  const staff = people.map(([name, role], index) => ({
    ...blank,
    id: idOf("r", index),
    name,
    role,
    type: "staff" as const,
    quantity: 1,
    is_available: true,
    user_id: index === 4 ? idOf("d", 90) : null,
    user_name: index === 4 ? "Hanna O'Brien" : null,
  }));
  const rest = things.map(([name, type, role, quantity, setup_minutes, teardown_minutes], index) => ({
    ...blank,
    id: idOf("r", 100 + index),
    name,
    role,
    type,
    quantity,
    setup_minutes,
    teardown_minutes,
    is_available: name !== "Projector",
    notes: name === "Projector" ? "Lamp is broken; at the repair shop until December." : null,
  }));
  const many = Array.from({ length: extra }, (_, index) => ({
    ...blank,
    id: idOf("r", 1000 + index),
    name: `${people[index % people.length]?.[0]} ${index + 2}`,
    role: people[(index * 5) % people.length]?.[1] ?? null,
    type: "staff" as const,
    quantity: 1,
    is_available: index % 17 !== 16,
  }));
  return [...staff, ...rest, ...many];
}

function booking(
  index: number,
  resource: OfficeResource,
  event: OfficeEvent,
  patch: Partial<BookingRow>,
): BookingRow {
  return {
    id: idOf("b", index),
    resource_id: resource.id,
    resource_name: resource.name,
    resource_type: resource.type,
    setup_minutes: resource.setup_minutes,
    teardown_minutes: resource.teardown_minutes,
    kind: "assignment",
    event_id: event.id,
    event_name: event.name,
    event_status: event.status,
    task_id: null,
    task_title: null,
    quantity: 1,
    starts_at: event.starts_at,
    ends_at: event.ends_at,
    time_zone: event.time_zone,
    note: null,
    override_reason: null,
    override_by_name: null,
    is_masked: false,
    clashes: false,
    ...patch,
  };
}

function block(index: number, resource: OfficeResource, starts_at: string, ends_at: string, note: string) {
  const event = { id: null, name: null, status: null, starts_at, ends_at, time_zone: zone };
  return booking(index, resource, event as never, { kind: "block", note });
}

/** Books each live event the way an office does: a coordinator, a chef, servers in turn, a van, chairs by headcount. */
export function makeSchedule(office: Office): Schedule {
  const resources = makeResources(office.events.length > 200 ? 58 : 0);
  const by = (name: string) => resources.find((one) => one.name === name) as OfficeResource;
  const entries: BookingRow[] = [];
  const add = (resource: OfficeResource, event: OfficeEvent, patch: Partial<BookingRow> = {}) =>
    entries.push(booking(entries.length, resource, event, patch));
  for (const [index, event] of office.events.entries()) {
    if (event.is_archived || event.status === "cancelled") {
      continue;
    }
    add(by("Hanna O'Brien"), event);
    add(by(index % 2 === 0 ? "Amara García" : "Kofi Johansson"), event, {
      starts_at: minutes(event.starts_at, -180),
    });
    for (const step of [0, 1, 2]) {
      const name = people[5 + ((index + step) % 5)]?.[0] ?? "";
      add(by(name), event, { starts_at: minutes(event.starts_at, -60), ends_at: minutes(event.ends_at, 30) });
    }
    add(by(index % 3 === 0 ? "Siân Müller" : "Björn Novák"), event, {
      starts_at: minutes(event.starts_at, -120),
      ends_at: minutes(event.starts_at, -30),
      task_id: idOf("t", index),
      task_title: "Load van and drive out",
    });
    add(by(index % 2 === 0 ? "Refrigerated van 1" : "Refrigerated van 2"), event, {
      starts_at: minutes(event.starts_at, -120),
      ends_at: minutes(event.starts_at, -30),
    });
    add(by("Chair, white"), event, {
      quantity: event.estimated_attendees ?? 40,
      starts_at: minutes(event.starts_at, -90),
      ends_at: minutes(event.ends_at, 90),
    });
    if (index % 2 === 0) {
      add(by("Espresso machine"), event, { quantity: 1 + (index % 3) });
    }
  }
  entries.push(
    block(entries.length, by("Ana Ruiz"), "2026-11-23T23:00:00Z", "2026-11-28T23:00:00Z", "Leave"),
    block(
      entries.length + 1,
      by("Refrigerated van 2"),
      "2026-11-19T07:00:00Z",
      "2026-11-19T16:00:00Z",
      "Service",
    ),
  );
  return { resources, entries, may_override: yes, now: "2026-11-20T13:32:00Z" };
}

/** The range in which an entry keeps its resource from others. */
function held(entry: Pick<BookingRow, "kind" | "starts_at" | "ends_at">, resource: OfficeResource) {
  return entry.kind === "block"
    ? [Date.parse(entry.starts_at), Date.parse(entry.ends_at)]
    : [
        Date.parse(entry.starts_at) - resource.setup_minutes * 60_000,
        Date.parse(entry.ends_at) + resource.teardown_minutes * 60_000,
      ];
}

/** What is held of `resource`, as steps between `from` and `until`. */
function steps(resource: OfficeResource, entries: BookingRow[], from: number, until: number) {
  const ranges = entries.map((entry) => ({ entry, range: held(entry, resource) as [number, number] }));
  const edges = [...new Set(ranges.flatMap(({ range }) => range).concat(from, until))]
    .filter((at) => at >= from && at <= until)
    .sort((a, b) => a - b);
  return edges.slice(0, -1).map((starts, index) => {
    const ends = edges[index + 1] as number;
    const inside = ranges.filter(({ range }) => range[0] < ends && range[1] > starts);
    return {
      starts,
      ends,
      booked: inside.reduce(
        (sum, { entry }) => sum + (entry.kind === "block" ? resource.quantity : entry.quantity),
        0,
      ),
      entries: inside.map(({ entry }) => entry),
    };
  });
}

/** An event's bookings move along with it; what is taken at the new time is refused, released or marked. */
export function moveBookings(
  desk: FakeDesk,
  event_id: string,
  form: EventForm,
  base: EventForm,
  moving: MovingChoice,
): void {
  const by = (Date.parse(`${form.starts_local}Z`) - Date.parse(`${base.starts_local}Z`)) / 60_000;
  if (by === 0 || Number.isNaN(by)) {
    return;
  }
  const own = desk.schedule.entries
    .filter((entry) => entry.event_id === event_id)
    .map((entry) => ({
      ...entry,
      starts_at: minutes(entry.starts_at, by),
      ends_at: minutes(entry.ends_at, by),
    }));
  const others = desk.schedule.entries.filter((entry) => entry.event_id !== event_id);
  const clashes = own.flatMap((entry) => {
    const resource = desk.schedule.resources.find((one) => one.id === entry.resource_id) as OfficeResource;
    const beside = others.filter((one) => one.resource_id === resource.id);
    const [from = 0, until = 0] = held(entry, resource);
    const found = steps(resource, beside, from, until);
    const free = resource.quantity - Math.max(0, ...found.map((one) => one.booked));
    const conflicts = [...new Set(found.flatMap((one) => one.entries))].map((one) => ({
      entry_id: one.id,
      event_id: one.event_id,
      title: one.event_name ?? one.note ?? "Busy",
      starts_at: one.starts_at,
      ends_at: one.ends_at,
      quantity: one.quantity,
      kind: one.kind,
    }));
    return free >= entry.quantity
      ? []
      : [{ entry_id: entry.id, resource: resource.name, needed: entry.quantity, free, conflicts }];
  });
  if (clashes.length > 0 && moving.kind === "refuse") {
    throw refusal(`${clashes[0]?.resource} is already booked.`, {
      details: { kind: "moving_clashes", clashes, may_override: desk.schedule.may_override.allowed },
    });
  }
  const taken = new Set(clashes.map((one) => one.entry_id));
  const reason = "reason" in moving ? moving.reason : null;
  desk.schedule.entries = [
    ...others,
    ...own
      .filter((entry) => moving.kind !== "release" || !taken.has(entry.id))
      .map((entry) =>
        reason && taken.has(entry.id)
          ? { ...entry, override_reason: reason, override_by_name: desk.session.display_name }
          : entry,
      ),
  ];
}

export function scheduleHandlers(desk: FakeDesk): Handlers {
  const at = () => Date.parse(desk.schedule.now);
  const applied = (command_id: string, label: string) => ({
    command_id,
    label,
    nothing_to_do: false,
    undoable: true,
  });
  const find = (id: string): OfficeResource => {
    const found = desk.schedule.resources.find((one) => one.id === id);
    if (!found) {
      throw refusal("This resource is not there any more.", { code: "not_found" });
    }
    return found;
  };
  const eventOf = (id: string | null) => desk.office.events.find((event) => event.id === id);
  const entriesOf = (id: string, except: string | null = null) =>
    desk.schedule.entries.filter((entry) => entry.resource_id === id && entry.id !== except);
  const clashing = (entry: BookingRow): boolean => {
    const resource = find(entry.resource_id);
    const [from = 0, until = 0] = held(entry, resource);
    return steps(resource, entriesOf(resource.id), from, until).some((one) => one.booked > resource.quantity);
  };
  const shown = (entry: BookingRow): BookingRow => {
    const event = eventOf(entry.event_id);
    return {
      ...entry,
      event_name: event?.name ?? entry.event_name,
      event_status: event?.status ?? entry.event_status,
      clashes: clashing(entry),
    };
  };
  const verdict = (resource: OfficeResource, wanted: BookingRow, except: string | null) => {
    const [from = 0, until = 0] = held(wanted, resource);
    const found = steps(resource, entriesOf(resource.id, except), from, until);
    const free = resource.quantity - Math.max(0, ...found.map((one) => one.booked));
    const conflicts: ScheduleConflict[] =
      free >= wanted.quantity
        ? []
        : [...new Set(found.flatMap((one) => one.entries))].map((entry) => ({
            entry_id: entry.id,
            event_id: entry.event_id,
            title: eventOf(entry.event_id)?.name ?? entry.note ?? "Busy",
            starts_at: entry.starts_at,
            ends_at: entry.ends_at,
            quantity: entry.quantity,
            kind: entry.kind,
          }));
    return { free: Math.max(0, free), conflicts };
  };
  const tasksOf = (id: string): TaskRow[] =>
    desk.tasks
      .filter((task) => task.assigned_to === id && task.status !== "completed")
      .flatMap(({ description: _, prerequisites, ...task }) => {
        const event = eventOf(task.event_id);
        return event
          ? {
              ...task,
              event_name: event.name,
              event_status: event.status,
              event_starts_at: event.starts_at,
              time_zone: event.time_zone,
              is_archived: event.is_archived,
              assigned_to_name: find(id).name,
              is_mine: false,
              is_overdue: task.due_at !== null && Date.parse(task.due_at) < at(),
              is_due_soon: false,
              open_prerequisites: prerequisites.length,
            }
          : [];
      });
  const row = ({ notes: _, ...resource }: OfficeResource): ResourceRow => {
    const own = entriesOf(resource.id).sort((a, b) => a.starts_at.localeCompare(b.starts_at));
    const current = own.find(
      (entry) => Date.parse(entry.starts_at) <= at() && Date.parse(entry.ends_at) > at(),
    );
    const next = own.find((entry) => Date.parse(entry.starts_at) > at());
    return {
      ...resource,
      now: !resource.is_available
        ? "unavailable"
        : current?.kind === "block"
          ? "blocked"
          : current
            ? "busy"
            : "free",
      now_until: current?.ends_at ?? null,
      next: next ? shown(next) : null,
      open_tasks: desk.tasks.filter((task) => task.assigned_to === resource.id && task.status !== "completed")
        .length,
    };
  };
  const wanted = (input: AssignmentCheck | AssignmentEdit, event: OfficeEvent | undefined, id: string) => {
    const time_zone = event?.time_zone ?? zone;
    return booking(0, find(input.resource_id), (event ?? { id: null, status: null }) as OfficeEvent, {
      id,
      quantity: input.quantity,
      time_zone,
      starts_at: instantOf(input.starts_local, time_zone),
      ends_at: instantOf(input.ends_local, time_zone),
    });
  };
  const refuseClash = (entry: BookingRow, override: string | null, except: string | null) => {
    const resource = find(entry.resource_id);
    const { free, conflicts } = verdict(resource, entry, except);
    const [first] = conflicts;
    if (first && !override) {
      throw refusal(`${resource.name} is already booked: ${first.title}.`, {
        details: {
          kind: "clash",
          resource: resource.name,
          needed: entry.quantity,
          free,
          conflicts,
          may_override: desk.schedule.may_override.allowed,
        },
      });
    }
  };
  const marked = (entry: BookingRow, override_reason: string | null): BookingRow => ({
    ...entry,
    override_reason,
    override_by_name: override_reason ? desk.session.display_name : null,
  });
  const fits = (resource: OfficeResource, filter: ResourceFilter): boolean => {
    const text = filter.text?.toLowerCase();
    if (filter.free_from && filter.free_until) {
      const wish = { kind: "assignment" as const, starts_at: filter.free_from, ends_at: filter.free_until };
      const [from = 0, until = 0] = held(wish, resource);
      const most = Math.max(
        0,
        ...steps(resource, entriesOf(resource.id), from, until).map((one) => one.booked),
      );
      if (!resource.is_available || most >= resource.quantity) {
        return false;
      }
    }
    return (
      (filter.types.length === 0 || filter.types.includes(resource.type)) &&
      (!text || `${resource.name} ${resource.role ?? ""}`.toLowerCase().includes(text)) &&
      (filter.available === "any" || resource.is_available === (filter.available === "yes"))
    );
  };
  const page = (id: string): ResourcePage => {
    const resource = find(id);
    const held = entriesOf(id).length;
    return {
      row: row(resource),
      notes: resource.notes,
      created_at: "2026-09-02T08:30:00Z",
      open_tasks: tasksOf(id),
      may: {
        edit: yes,
        delete:
          held > 0 ? no(`${resource.name} has ${held} bookings: mark it as not available instead.`) : yes,
        block: yes,
        link: yes,
        assign: yes,
      },
    };
  };
  const schedule = (id: string, from: string, until: string): ResourceSchedule => {
    const resource = find(id);
    const own = entriesOf(id);
    const found = steps(resource, own, Date.parse(from), Date.parse(until));
    const iso = (value: number) => new Date(value).toISOString();
    const clashes: ScheduleClash[] = found
      .filter((one) => one.booked > resource.quantity)
      .map((one) => ({
        resource_id: id,
        resource_name: resource.name,
        starts_at: iso(one.starts),
        ends_at: iso(one.ends),
        peak: one.booked,
        quantity: resource.quantity,
        reason: "overbooked",
        accepted: one.entries.some((entry) => entry.override_reason !== null),
        bookings: one.entries.map(shown),
      }));
    return {
      entries: own
        .filter((entry) => entry.starts_at < until && entry.ends_at > from)
        .sort((a, b) => a.starts_at.localeCompare(b.starts_at))
        .map(shown),
      load: found
        .filter((one) => one.booked > 0)
        .map((one) => ({
          starts_at: iso(one.starts),
          ends_at: iso(one.ends),
          booked: one.booked,
          quantity: resource.quantity,
        })),
      clashes,
    };
  };
  const set = (entry: BookingRow) => {
    desk.schedule.entries = [...desk.schedule.entries.filter((one) => one.id !== entry.id), entry];
  };
  const drop = (ids: string[]) => {
    desk.schedule.entries = desk.schedule.entries.filter((entry) => !ids.includes(entry.id));
  };
  return {
    resource_list: ({
      filter,
      sort,
      offset,
      limit,
    }: {
      filter: ResourceFilter;
      sort: ResourceSort;
      offset: number;
      limit: number;
    }) => {
      const turn = sort.descending ? -1 : 1;
      const rows = desk.schedule.resources
        .filter((resource) => fits(resource, filter))
        .sort((a, b) => {
          const [one, two] = [a[sort.by] ?? "", b[sort.by] ?? ""];
          return (one < two ? -turn : one > two ? turn : 0) || a.name.localeCompare(b.name);
        });
      return { rows: rows.slice(offset, offset + limit).map(row), total: rows.length };
    },
    resource_page: ({ resource_id }: { resource_id: string }) => page(resource_id),
    resource_schedule: (input: { resource_id: string; from: string; until: string }) =>
      schedule(input.resource_id, input.from, input.until),
    resource_create: (input: { command_id: string; resource_id: string; form: ResourceForm }) => {
      desk.schedule.resources.push({ ...input.form, id: input.resource_id, user_name: null });
      return applied(input.command_id, `Created ${input.form.name}`);
    },
    resource_edit: (input: { command_id: string; resource_id: string; form: ResourceForm }) => {
      Object.assign(find(input.resource_id), input.form);
      return applied(input.command_id, `Changed ${input.form.name}`);
    },
    resource_delete: ({ command_id, resource_id }: { command_id: string; resource_id: string }) => {
      const { name } = find(resource_id);
      desk.schedule.resources = desk.schedule.resources.filter((one) => one.id !== resource_id);
      return applied(command_id, `Deleted ${name}`);
    },
    resource_activity: () => ({ entries: desk.office.activity.slice(-1), done: true, as_of: null }),
    event_staffing: ({ event_id }: { event_id: string }) => ({
      bookings: desk.schedule.entries.filter((entry) => entry.event_id === event_id).map(shown),
      may: {
        assign: eventOf(event_id)?.is_archived ? no("This event is archived; un-archive it first.") : yes,
        override: desk.schedule.may_override,
      },
    }),
    event_release_preview: ({ event_id }: { event_id: string }) => ({
      entries: desk.schedule.entries
        .filter((entry) => entry.event_id === event_id && Date.parse(entry.ends_at) > at())
        .map(shown),
    }),
    assignment_check: (input: AssignmentCheck) => {
      const event = eventOf(input.event_id);
      const entry = wanted(input, event, input.entry_id ?? "");
      const fine = (instant: string) => ({ kind: "fine", instant });
      const resource = find(input.resource_id);
      if (entry.ends_at <= entry.starts_at) {
        return {
          starts_at: fine(entry.starts_at),
          ends_at: { kind: "invalid", message: "It has to end after it starts." },
          free: null,
          conflicts: [],
          may_override: desk.schedule.may_override,
          message: null,
        };
      }
      return {
        starts_at: fine(entry.starts_at),
        ends_at: fine(entry.ends_at),
        ...verdict(resource, entry, input.entry_id),
        may_override: desk.schedule.may_override,
        message: resource.is_available ? null : `${resource.name} is marked as not available.`,
      };
    },
    assignment_candidates: (input: CandidatesAsk) => {
      const event = eventOf(input.event_id);
      const filter = { types: input.types, text: input.text, available: "any" as const };
      const candidates = desk.schedule.resources
        .filter((resource) => fits(resource, { ...filter, free_from: null, free_until: null }))
        .sort((a, b) => a.name.localeCompare(b.name))
        .map((resource) => {
          const asked = { ...input, task_id: null, resource_id: resource.id, quantity: 1 };
          const entry = wanted(asked, event, input.entry_id ?? "");
          const { free, conflicts } = verdict(resource, entry, input.entry_id);
          return { row: row(resource), free, conflict: conflicts[0] ?? null };
        });
      const possible = (one: (typeof candidates)[number]) => one.row.is_available && one.conflict === null;
      return {
        candidates: [
          ...candidates.filter(possible).slice(0, 40),
          ...candidates.filter((one) => !possible(one)).slice(0, 20),
        ],
      };
    },
    block_check: (input: BlockAsk) => {
      const resource = find(input.resource_id);
      const starts_at = instantOf(input.starts_local, input.time_zone);
      const ends_at = instantOf(input.ends_local, input.time_zone);
      const entry = { ...block(0, resource, starts_at, ends_at, ""), quantity: input.quantity };
      return {
        starts_at: { kind: "fine", instant: starts_at },
        ends_at: { kind: "fine", instant: ends_at },
        ...verdict(resource, entry, null),
        may_override: desk.schedule.may_override,
        message: null,
      };
    },
    assignment_create: (input: AssignmentCreate) => {
      const event = eventOf(input.event_id);
      const entry = {
        ...wanted({ ...input, entry_id: input.entry_id }, event, input.entry_id),
        task_id: input.task_id,
      };
      refuseClash(entry, input.override_reason, null);
      set(marked(entry, input.override_reason));
      return applied(input.command_id, `Assigned ${entry.resource_name} to ${event?.name ?? ""}`);
    },
    assignment_edit: (input: AssignmentEdit) => {
      const before = desk.schedule.entries.find((entry) => entry.id === input.entry_id);
      const event = eventOf(before?.event_id ?? null);
      const entry = { ...before, ...wanted(input, event, input.entry_id) };
      refuseClash(entry, input.override_reason, input.entry_id);
      set(marked(entry, input.override_reason));
      return applied(input.command_id, `Changed ${entry.resource_name} for ${event?.name ?? ""}`);
    },
    assignment_release: ({ command_id, entry_ids }: { command_id: string; entry_ids: string[] }) => {
      drop(entry_ids);
      return applied(
        command_id,
        entry_ids.length === 1 ? "Released 1 booking" : `Released ${entry_ids.length} bookings`,
      );
    },
    block_create: (input: BlockCreate) => {
      const resource = find(input.resource_id);
      const made = block(
        0,
        resource,
        instantOf(input.starts_local, input.time_zone),
        instantOf(input.ends_local, input.time_zone),
        input.note ?? "",
      );
      const entry = { ...made, id: input.entry_id, note: input.note, quantity: input.quantity };
      refuseClash(entry, input.override_reason, null);
      set(marked(entry, input.override_reason));
      return applied(input.command_id, `Blocked ${resource.name}`);
    },
    block_remove: ({ command_id, entry_id }: { command_id: string; entry_id: string }) => {
      drop([entry_id]);
      return applied(command_id, "Removed the block");
    },
  };
}
