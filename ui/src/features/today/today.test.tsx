import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Today } from "@/ipc/types";
import { FakeDesk, live, refusal } from "@/testing/fake-desk";
import { me } from "@/testing/fake-tasks";
import { asked, expectAccessible, heading, open } from "@/testing/render";

const list = (name: string) => screen.findByRole("list", { name });

/** A desk with two late tasks that can be started. */
function busy() {
  const desk = new FakeDesk();
  const live = new Set(desk.office.events.filter((one) => !one.is_archived).map((one) => one.id));
  const [first, second] = desk.tasks.filter((task) => live.has(task.event_id));
  if (!first || !second) {
    throw new Error("the invented office has tasks");
  }
  for (const task of desk.tasks) {
    task.prerequisites = [];
  }
  Object.assign(first, { title: "Collect allergy list", due_at: "2026-11-01T08:00:00Z" });
  Object.assign(second, { title: "Print place cards", due_at: "2026-11-02T08:00:00Z" });
  for (const task of [first, second]) {
    Object.assign(task, { status: "pending", completed_at: null });
  }
  return { desk, first, second };
}

it("is the first screen, and says what needs somebody", async () => {
  const { desk } = busy();
  open("/", desk);
  await heading("Friday 20 November");
  expect(window.location.hash).toBe("#/today");
  expect(await list("Overdue")).toHaveTextContent("Collect allergy list");
  expect(await list("Events this week")).toBeInTheDocument();
  expect(await list("People free now")).toBeInTheDocument();
  await expectAccessible();
});

it("does the next step where the task stands, and keeps the focus in the list", async () => {
  const { desk, first } = busy();
  const { user } = open("/today", desk);
  await user.click(await screen.findByRole("button", { name: "Start: Collect allergy list" }));
  expect((await asked(desk, "task_move"))[0]?.moves).toEqual([{ task_id: first.id, to: "in_progress" }]);
  await user.click(await screen.findByRole("button", { name: "Complete: Collect allergy list" }));
  await waitFor(() => expect(screen.queryByText("Collect allergy list")).not.toBeInTheDocument());
  await waitFor(async () =>
    expect(await list("Overdue")).toContainElement(document.activeElement as HTMLElement),
  );
  expect(screen.getAllByRole("button", { name: "Undo" })[0]).toBeInTheDocument();
});

it("goes from row to row with j and k, completes with c and opens the task at its event", async () => {
  const { desk, first, second } = busy();
  const { user } = open("/today", desk);
  const late = await list("Overdue");
  within(late).getByRole("link", { name: "Collect allergy list" }).focus();
  await user.keyboard("c");
  expect((await asked(desk, "task_move"))[0]?.moves).toEqual([{ task_id: first.id, to: "completed" }]);
  await waitFor(() => expect(screen.getByRole("link", { name: "Print place cards" })).toHaveFocus());
  await user.keyboard("jk{Enter}");
  await waitFor(() => expect(window.location.hash).toContain(`/events/${second.event_id}?tab=tasks&task=`));
});

it("a task that waits says so instead of starting", async () => {
  const { desk, first, second } = busy();
  second.event_id = first.event_id;
  second.prerequisites = [first.id];
  const { user } = open("/today", desk);
  const start = await screen.findByRole("button", { name: "Start: Print place cards" });
  expect(start).toHaveAccessibleDescription("Waits for 1 open task.");
  await user.click(start);
  expect(desk.asked("task_move")).toHaveLength(0);
});

it("a clash names who and when, and is settled by giving up one of the bookings", async () => {
  const desk = new FakeDesk();
  const { user } = open("/today", desk);
  const clashes = await list("Clashes");
  expect(clashes).toHaveTextContent(/Ana Ruiz is booked during “Leave”/);
  await user.click(within(clashes).getAllByRole("button", { name: "Settle: Ana Ruiz" })[0] as HTMLElement);
  await user.click((await screen.findAllByRole("menuitem", { name: /^Release from/ }))[0] as HTMLElement);
  const [input] = await asked(desk, "assignment_release");
  expect(input?.entry_ids).toHaveLength(1);
});

it("shows how far each event of the week is, and leads to what is missing", async () => {
  const { desk, user } = open("/today");
  const week = await list("Events this week");
  const card = within(week).getAllByRole("listitem")[0] as HTMLElement;
  expect(card).toHaveTextContent(/tasks done|no tasks yet/);
  await user.click(within(card).getByRole("link"));
  await waitFor(() => expect(window.location.hash).toMatch(/#\/events\/0190e0e0.*tab=(tasks|staff)/));
  await asked(desk, "event_page");
});

it("shows the person's own day", async () => {
  const desk = new FakeDesk();
  const entry = desk.schedule.entries.find((one) => one.resource_id === me && one.event_id !== null);
  Object.assign(entry ?? {}, { starts_at: "2026-11-20T15:00:00Z", ends_at: "2026-11-20T21:00:00Z" });
  const { user } = open("/today", desk);
  const mine = await list("My day");
  expect(mine).toHaveTextContent("16:00–22:00");
  await user.click(screen.getByRole("link", { name: "On paper" }));
  await waitFor(() => expect(window.location.hash).toBe(`#/resources/${me}/day/2026-11-20`));
});

it("says calmly that nothing waits, and what would be here", async () => {
  const desk = new FakeDesk();
  desk.next("today", () => ({ ...empty, free_total: 3 }));
  open("/today", desk);
  await screen.findByText("Nothing needs you now.");
  expect(screen.queryByRole("button", { name: "Import your books" })).not.toBeInTheDocument();
  expect(screen.getByText(/Double bookings, late tasks/)).toBeInTheDocument();
  await expectAccessible();
});

it("offers a new office its first steps", async () => {
  const desk = new FakeDesk();
  desk.office = { clients: [], events: [], activity: [] };
  desk.tasks = [];
  desk.schedule = { ...desk.schedule, resources: [], entries: [] };
  const { user } = open("/today", desk);
  await screen.findByText("Your day will be here.");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Import your books" }));
  await heading("Import & export");
});

it("shows how things stood offline, and changes nothing", async () => {
  const { desk } = busy();
  desk.sync = { ...live, state: "offline" };
  open("/today", desk);
  const start = await screen.findByRole("button", { name: "Start: Collect allergy list" });
  await waitFor(() => expect(start).toHaveAccessibleDescription(/^Offline: changes need the server/));
  expect(screen.getAllByText(/as of/).length).toBeGreaterThan(0);
});

it("shows what others did without moving the focus", async () => {
  const { desk, second } = busy();
  open("/today", desk);
  const link = await screen.findByRole("link", { name: "Print place cards" });
  link.focus();
  desk.tasks.unshift({
    ...second,
    id: "0190a5a5-0000-7000-8000-999999999999",
    title: "Urgent",
    due_at: "2026-10-01T08:00:00Z",
  });
  await desk.tell("replica_changed", { tables: ["tasks"] });
  await screen.findByRole("link", { name: "Urgent" });
  expect(screen.getByRole("link", { name: "Print place cards" })).toHaveFocus();
});

it("says how many more there are, and leads to all of them", async () => {
  const { desk } = busy();
  const { user } = open("/today", desk);
  await list("Overdue");
  desk.next("today", () => {
    const rows = Array.from({ length: 50 }, (_, step) => ({ id: `row-${step}` }));
    return {
      ...(empty as Today),
      tasks_overdue: rows.map((row) => ({ ...template(desk), ...row })),
      tasks_overdue_total: 412,
    };
  });
  await desk.tell("replica_changed", { tables: ["tasks"] });
  await user.click(await screen.findByRole("link", { name: "Show all 412" }));
  await heading("Tasks");
  await waitFor(() => expect(desk.asked("task_list").at(-1)?.filter).toMatchObject({ state: "overdue" }));
});

const empty: Today = {
  date: "2026-11-20",
  tasks_overdue: [],
  tasks_overdue_total: 0,
  tasks_due: [],
  tasks_due_total: 0,
  clashes: [],
  clashes_total: 0,
  events: [],
  free_now: [],
  free_total: 0,
  busy_total: 0,
  my_day: [],
  scope: "all",
};

function template(desk: FakeDesk): Today["tasks_overdue"][number] {
  const [task] = desk.tasks;
  const event = desk.office.events.find((one) => one.id === task?.event_id);
  if (!task || !event) {
    throw new Error("the invented office has tasks");
  }
  return {
    ...task,
    event_name: event.name,
    event_status: event.status,
    event_starts_at: event.starts_at,
    time_zone: event.time_zone,
    is_archived: false,
    assigned_to_name: null,
    is_mine: false,
    is_overdue: true,
    is_due_soon: false,
    open_prerequisites: 0,
  };
}

it("shows a failure with its reference and reads again on request", async () => {
  const desk = new FakeDesk();
  desk.refuse("today", refusal("Today could not be read.", { code: "internal", reference: "A1B2" }));
  // Read ahead before the screen is there: the answer waits for it.
  const release = desk.hold("today");
  const { user } = open("/today", desk);
  await screen.findByText("Reading today…");
  release();
  await screen.findByText("Today could not be read.");
  expect(screen.getByRole("alert")).toHaveTextContent("Reference A1B2");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await heading("Friday 20 November");
});

it("prints with its button and with Ctrl-P", async () => {
  const { desk, user } = open("/today");
  await user.click(await screen.findByRole("button", { name: "Print" }));
  await asked(desk, "window_print");
  await user.keyboard("{Control>}p{/Control}");
  await asked(desk, "window_print", 2);
});
