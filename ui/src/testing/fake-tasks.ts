/** The invented office's tasks, its day, and its papers. For tests and the preview only. */
import type { TaskCreate, TaskDueCheck, TaskEdit, TaskMove } from "@/ipc/bindings";
import type {
  EventSheet,
  EventTask,
  EventTasks,
  May,
  PersonDay,
  ResourceRow,
  ResourceSchedule,
  TaskCategory,
  TaskFilter,
  TaskForm,
  TaskRow,
  TaskSort,
  TaskStatus,
  Today,
} from "@/ipc/types";
import { type FakeDesk, refusal } from "./fake-desk";
import type { Handlers } from "./fake-handlers";
import type { Schedule } from "./fake-schedule";
import { idOf, type Office, type OfficeEvent } from "./office";

export type OfficeTask = {
  id: string;
  event_id: string;
  title: string;
  description: string | null;
  due_at: string | null;
  status: TaskStatus;
  category: TaskCategory;
  assigned_to: string | null;
  completed_at: string | null;
  completed_by_name: string | null;
  prerequisites: string[];
};

const yes: May = { allowed: true, reason: null };
const no = (reason: string): May => ({ allowed: false, reason });
const hour = 3_600_000;
const day = 24 * hour;
/** Whose tasks are the signed-in person's. */
export const me = idOf("r", 4);

/** Title, category, hours from the start by which it is due, and what it waits for. */
const usual: [string, TaskCategory, number, number[], string | null][] = [
  ["Confirm headcount", "pre_event", -120, [], "By phone; they answer before noon.\nAsk about high chairs."],
  ["Order produce", "pre_event", -72, [0], null],
  ["Book rentals", "pre_event", -96, [0], "White chairs, round tables, two high tables for the foyer."],
  ["Brief staff", "pre_event", -4, [], null],
  ["Load van and drive out", "pre_event", -2, [1, 2], null],
  ["Set the tables", "during_event", -1, [4], null],
  ["Return rentals", "post_event", 36, [5], "The depot closes at 17:00."],
  ["Call the client for feedback", "post_event", 72, [], null],
];

const taskId = (event: number, step: number) =>
  step === 4 ? idOf("t", event) : idOf("t", 10_000 + event * 10 + step);

export function makeTasks(office: Office, schedule: Schedule): OfficeTask[] {
  const now = Date.parse(schedule.now);
  const staff = schedule.resources.filter((one) => one.type === "staff");
  return office.events.flatMap((event, index) => {
    if (event.status === "cancelled" || event.status === "inquiry") {
      return [];
    }
    return usual.map(([title, category, hours, waits, description], step): OfficeTask => {
      const due = Date.parse(event.starts_at) + hours * hour;
      const left = (index + step) % 4 === 3;
      const done = due < now - (left ? 4 * day : 0) && !(left && step > 5);
      return {
        id: taskId(index, step),
        event_id: event.id,
        title,
        description,
        due_at: step === 7 && index % 2 === 0 ? null : new Date(due).toISOString(),
        status: done ? "completed" : due < now + 3 * hour && step < 4 ? "in_progress" : "pending",
        category,
        assigned_to: (index + step) % 5 === 2 ? null : (staff[(index * 3 + step) % 12]?.id ?? null),
        completed_at: done ? new Date(due - 5 * hour).toISOString() : null,
        completed_by_name: done ? "Hanna O'Brien" : null,
        prerequisites: waits.map((other) => taskId(index, other)),
      };
    });
  });
}

const words: Record<TaskStatus, string> = {
  pending: "Pending",
  in_progress: "In progress",
  completed: "Completed",
};

/** Finds by id in a list that may be another one, or longer, the next time. */
function indexed<One extends { id: string }>(all: () => One[]): (id: string) => One | undefined {
  let known: { list: One[]; size: number; byId: Map<string, One> } | undefined;
  return (id) => {
    const list = all();
    if (known?.list !== list || known.size !== list.length) {
      known = { list, size: list.length, byId: new Map(list.map((one) => [one.id, one])) };
    }
    return known.byId.get(id);
  };
}

export function taskHandlers(desk: FakeDesk, others: Handlers): Handlers {
  const at = () => Date.parse(desk.schedule.now);
  const applied = (command_id: string, label: string) => ({
    command_id,
    label,
    nothing_to_do: false,
    undoable: true,
  });
  const ask = <R>(command: string, input: unknown) => others[command]?.(input as never) as R;
  const taskById = indexed(() => desk.tasks);
  const eventById = indexed(() => desk.office.events);
  const personById = indexed(() => desk.schedule.resources);
  const find = (id: string): OfficeTask => {
    const found = taskById(id);
    if (!found) {
      throw refusal("This task is not there any more.", { code: "not_found" });
    }
    return found;
  };
  const eventOf = (id: string) => eventById(id);
  const person = (id: string | null) => (id === null ? null : (personById(id)?.name ?? null));
  const open = (task: OfficeTask) =>
    task.prerequisites.map(find).filter((other) => other.status !== "completed");
  const waiting = (id: string) => desk.tasks.filter((task) => task.prerequisites.includes(id));
  const row = (task: OfficeTask): TaskRow => {
    const event = eventOf(task.event_id) as OfficeEvent;
    const left = task.due_at === null ? null : Date.parse(task.due_at) - at();
    const undone = task.status !== "completed";
    return {
      id: task.id,
      event_id: event.id,
      event_name: event.name,
      event_status: event.status,
      event_starts_at: event.starts_at,
      time_zone: event.time_zone,
      is_archived: event.is_archived,
      title: task.title,
      due_at: task.due_at,
      status: task.status,
      category: task.category,
      assigned_to: task.assigned_to,
      assigned_to_name: person(task.assigned_to),
      is_mine: task.assigned_to === me,
      is_overdue: undone && left !== null && left < 0,
      is_due_soon: undone && left !== null && left >= 0 && left <= day,
      open_prerequisites: open(task).length,
      completed_at: task.completed_at,
      completed_by_name: task.completed_by_name,
    };
  };
  const mayMove = (task: OfficeTask, to: TaskStatus): May => {
    const first = open(task)[0];
    const started = waiting(task.id).find((other) => other.status !== "pending");
    return eventOf(task.event_id)?.is_archived
      ? no("This event is archived; un-archive it first.")
      : to !== "pending" && first
        ? no(`“${first.title}” has to be completed first.`)
        : to !== "completed" && started
          ? no(`“${started.title}” has been started already.`)
          : yes;
  };
  const link = ({ id, title, status }: OfficeTask) => ({ id, title, status });
  const shown = (task: OfficeTask): EventTask => ({
    row: row(task),
    description: task.description,
    prerequisites: task.prerequisites.map(find).map(link),
    dependants: waiting(task.id).map(link),
    may_move: (["pending", "in_progress", "completed"] as const)
      .filter((to) => to !== task.status)
      .map((to) => ({ to, may: mayMove(task, to) })),
    finished_out_of_order: task.status === "completed" && open(task).length > 0,
    bookings: desk.schedule.entries.filter((entry) => entry.task_id === task.id),
  });
  const order = ["pre_event", "during_event", "post_event"];
  const ofEvent = (id: string): EventTask[] =>
    desk.tasks
      .filter((task) => task.event_id === id)
      .sort(
        (a, b) =>
          order.indexOf(a.category) - order.indexOf(b.category) ||
          (a.due_at ?? "9").localeCompare(b.due_at ?? "9"),
      )
      .map(shown);
  const fits = (one: TaskRow, filter: TaskFilter): boolean => {
    const text = filter.text?.toLowerCase();
    const states = {
      any: true,
      open: one.status !== "completed",
      completed: one.status === "completed",
      overdue: one.is_overdue,
      due_today: one.status !== "completed" && one.due_at?.slice(0, 10) === desk.schedule.now.slice(0, 10),
    };
    return (
      (filter.scope === "all" || (filter.scope === "mine" ? one.is_mine : one.assigned_to === null)) &&
      states[filter.state] &&
      (!filter.event_id || one.event_id === filter.event_id) &&
      (!filter.assigned_to || one.assigned_to === filter.assigned_to) &&
      (!filter.category || one.category === filter.category) &&
      (!text ||
        `${one.title} ${one.event_name} ${one.assigned_to_name ?? ""}`.toLowerCase().includes(text)) &&
      (filter.archived === "with" || !one.is_archived)
    );
  };
  const sorted = (rows: TaskRow[], sort: TaskSort): TaskRow[] => {
    const keys: Record<TaskSort["by"], (one: TaskRow) => string> = {
      due_at: (one) => one.due_at ?? "9",
      title: (one) => one.title,
      event: (one) => `${one.event_name} ${one.event_id}`,
      assigned_to: (one) => one.assigned_to_name ?? "~",
      status: (one) => String(["pending", "in_progress", "completed"].indexOf(one.status)),
    };
    const key = keys[sort.by];
    const turn = sort.descending ? -1 : 1;
    return rows.sort(
      (a, b) => turn * key(a).localeCompare(key(b)) || (a.due_at ?? "9").localeCompare(b.due_at ?? "9"),
    );
  };
  const rows = (filter: Partial<TaskFilter>): TaskRow[] =>
    desk.tasks.map(row).filter((one) =>
      fits(one, {
        scope: "all",
        state: "open",
        event_id: null,
        assigned_to: null,
        category: null,
        text: null,
        archived: "without",
        ...filter,
      }),
    );
  const circle = (task: OfficeTask): boolean => {
    const seen = new Set<string>();
    const reach = (id: string): boolean =>
      desk.tasks
        .find((one) => one.id === id)
        ?.prerequisites.some((next) => {
          if (next === task.id) {
            return true;
          }
          const fresh = !seen.has(next);
          seen.add(next);
          return fresh && reach(next);
        }) ?? false;
    return reach(task.id);
  };
  const fill = (task: OfficeTask, form: TaskForm) => {
    const before = task.prerequisites;
    Object.assign(task, {
      title: form.title,
      description: form.description,
      category: form.category,
      assigned_to: form.assigned_to,
      due_at: form.due_local ? `${form.due_local}:00Z` : null,
      prerequisites: form.prerequisites,
    });
    if (circle(task)) {
      const other = find(form.prerequisites.find((id) => !before.includes(id)) ?? task.id);
      task.prerequisites = before;
      throw refusal(`That would be a circle: “${task.title}” → “${other.title}” → “${task.title}”.`, {
        field: "prerequisites",
      });
    }
  };
  const move = ({ command_id, moves }: TaskMove) => {
    const final = new Map(desk.tasks.map((task) => [task.id, task.status]));
    for (const { task_id, to } of moves) {
      final.set(task_id, to);
    }
    for (const { task_id, to } of moves) {
      const task = find(task_id);
      const first = task.prerequisites.map(find).find((other) => final.get(other.id) !== "completed");
      if (to !== "pending" && first) {
        throw refusal(`“${task.title}” cannot start: “${first.title}” is not completed yet.`);
      }
      const started = waiting(task_id).find((other) => final.get(other.id) !== "pending");
      if (to !== "completed" && started) {
        throw refusal(`“${task.title}” cannot be reopened: “${started.title}” has been started.`);
      }
    }
    for (const { task_id, to } of moves) {
      Object.assign(find(task_id), {
        status: to,
        completed_at: to === "completed" ? new Date(at()).toISOString() : null,
        completed_by_name: to === "completed" ? desk.session.display_name : null,
      });
    }
    const one = moves.length === 1 && moves[0] ? moves[0] : null;
    return applied(
      command_id,
      one ? `${find(one.task_id).title}: ${words[one.to]}` : `Moved ${moves.length} tasks`,
    );
  };
  const bookingsOf = (id: string) =>
    desk.schedule.entries
      .filter((entry) => entry.event_id === id)
      .sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  const today = (): Today => {
    const now = desk.schedule.now;
    const until = new Date(at() + 7 * day).toISOString();
    const overdue = sorted(rows({ state: "overdue" }), { by: "due_at", descending: false });
    const due = sorted(
      rows({}).filter((one) => one.is_due_soon),
      { by: "due_at", descending: false },
    );
    const clashes = desk.schedule.resources
      .filter((one) => one.quantity === 1)
      .flatMap(
        (one) =>
          ask<ResourceSchedule>("resource_schedule", { resource_id: one.id, from: now, until }).clashes,
      )
      .filter((clash) => !clash.accepted);
    const people = ask<{ rows: ResourceRow[] }>("resource_list", {
      filter: { types: ["staff"], text: null, available: "yes", free_from: null, free_until: null },
      sort: { by: "name", descending: false },
      offset: 0,
      limit: 1000,
    }).rows;
    const free = people.filter((one) => one.now === "free");
    return {
      date: now.slice(0, 10),
      tasks_overdue: overdue.slice(0, 50),
      tasks_overdue_total: overdue.length,
      tasks_due: due.slice(0, 50),
      tasks_due_total: due.length,
      clashes: clashes.slice(0, 50),
      clashes_total: clashes.length,
      events: desk.office.events
        .filter(
          (event) =>
            event.ends_at >= `${now.slice(0, 10)}T00:00` &&
            event.starts_at < until &&
            event.status !== "cancelled",
        )
        .map((event) => {
          const own = rows({ event_id: event.id, state: "any" });
          return {
            row: event,
            tasks_open: own.filter((one) => one.status !== "completed").length,
            tasks_overdue: own.filter((one) => one.is_overdue).length,
            tasks_total: own.length,
            bookings: bookingsOf(event.id).length,
            clashes: clashes.filter((clash) => clash.bookings.some((one) => one.event_id === event.id))
              .length,
          };
        }),
      free_now: free,
      free_total: free.length,
      busy_total: people.length - free.length,
      my_day: desk.schedule.entries.filter(
        (entry) =>
          entry.resource_id === me &&
          entry.starts_at.slice(0, 10) <= now.slice(0, 10) &&
          entry.ends_at.slice(0, 10) >= now.slice(0, 10),
      ),
      scope: desk.session.role === "staff" ? "mine" : "all",
    };
  };
  const archived = (id: string) =>
    eventOf(id)?.is_archived ? no("This event is archived; un-archive it first.") : yes;
  return {
    task_list: ({
      filter,
      sort,
      offset,
      limit,
    }: {
      filter: TaskFilter;
      sort: TaskSort;
      offset: number;
      limit: number;
    }) => {
      const found = sorted(rows(filter), sort);
      return { rows: found.slice(offset, offset + limit), total: found.length };
    },
    task_counts: () => ({
      mine_open: rows({ scope: "mine" }).length,
      mine_overdue: rows({ scope: "mine", state: "overdue" }).length,
      all_open: rows({}).length,
      all_overdue: rows({ state: "overdue" }).length,
      unassigned_open: rows({ scope: "unassigned" }).length,
    }),
    event_tasks: ({ event_id }: { event_id: string }): EventTasks => {
      const may = archived(event_id);
      return {
        tasks: ofEvent(event_id),
        may: { create: may, edit: may, delete: may, assign: may, status: may },
      };
    },
    task_create: ({ command_id, task_id, event_id, form }: TaskCreate) => {
      const task: OfficeTask = {
        id: task_id,
        event_id,
        title: form.title,
        description: null,
        due_at: null,
        status: "pending",
        category: form.category,
        assigned_to: null,
        completed_at: null,
        completed_by_name: null,
        prerequisites: [],
      };
      desk.tasks.push(task);
      fill(task, form);
      return applied(command_id, `Created ${form.title}`);
    },
    task_edit: ({ command_id, task_id, form }: TaskEdit) => {
      fill(find(task_id), form);
      return applied(command_id, `Changed ${form.title}`);
    },
    task_delete: ({ command_id, task_ids }: { command_id: string; task_ids: string[] }) => {
      desk.tasks = desk.tasks
        .filter((task) => !task_ids.includes(task.id))
        .map((task) => ({
          ...task,
          prerequisites: task.prerequisites.filter((id) => !task_ids.includes(id)),
        }));
      return applied(
        command_id,
        task_ids.length === 1 ? "Deleted the task" : `Deleted ${task_ids.length} tasks`,
      );
    },
    task_move: move,
    task_assign: ({
      command_id,
      task_ids,
      assigned_to,
    }: {
      command_id: string;
      task_ids: string[];
      assigned_to: string | null;
    }) => {
      for (const id of task_ids) {
        find(id).assigned_to = assigned_to;
      }
      const what = task_ids.length === 1 ? find(task_ids[0] ?? "").title : `${task_ids.length} tasks`;
      return applied(command_id, `Assigned ${what} to ${person(assigned_to) ?? "nobody"}`);
    },
    task_due_check: ({ due_local, event_id }: TaskDueCheck) =>
      ask<{ starts_at: unknown }>("event_form_check", {
        starts_local: due_local,
        ends_local: due_local,
        time_zone: eventOf(event_id)?.time_zone,
      }).starts_at,
    today,
    person_day: ({ resource_id, date }: { resource_id: string; date: string }): PersonDay => ({
      resource: ask<{ row: ResourceRow }>("resource_page", { resource_id }).row,
      date,
      bookings: desk.schedule.entries
        .filter(
          (entry) =>
            entry.resource_id === resource_id &&
            entry.starts_at.slice(0, 10) <= date &&
            entry.ends_at.slice(0, 10) >= date,
        )
        .map((booking) => ({
          booking,
          event_location: eventOf(booking.event_id ?? "")?.location ?? null,
        })),
      tasks: rows({ assigned_to: resource_id }).filter((one) => (one.due_at ?? "9").slice(0, 10) <= date),
    }),
    event_sheet: ({ event_id }: { event_id: string }): EventSheet => {
      const page = ask<EventSheet["page"]>("event_page", { event_id });
      return { page, tasks: ofEvent(event_id), bookings: bookingsOf(event_id) };
    },
    window_print: () => null,
  };
}
