import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, live, refusal } from "@/testing/fake-desk";
import { asked, expectAccessible, heading, open } from "@/testing/render";

const lastFilter = (desk: FakeDesk) => desk.asked("task_list").at(-1)?.filter as Record<string, unknown>;
const grid = () => screen.findByRole("grid", { name: "Tasks" });
const rows = async () =>
  within(await grid())
    .getAllByRole("row")
    .slice(1);
const chosen = async () => (await rows()).filter((row) => row.getAttribute("aria-selected") === "true");

/** A desk where the first tasks of the list can all be completed. */
function easy() {
  const desk = new FakeDesk();
  for (const task of desk.tasks) {
    task.prerequisites = [];
  }
  return desk;
}

const isLive = (desk: FakeDesk, id: string) =>
  desk.office.events.some((event) => event.id === id && !event.is_archived);

it("asks only for the page that is near the eye, in the order in which tasks are due", async () => {
  const { desk } = open("/tasks", new FakeDesk(300));
  expect(Number((await grid()).getAttribute("aria-rowcount"))).toBeGreaterThan(1000);
  expect((await rows()).length).toBeLessThan(60);
  expect(desk.asked("task_list").every((input) => input.limit === 100)).toBe(true);
  expect(desk.asked("task_list")[0]?.sort).toEqual({ by: "due_at", descending: false });
  await expectAccessible();
});

it("shows mine, everybody's, the late ones, and event by event", async () => {
  const { desk, user } = open("/tasks");
  await grid();
  expect(lastFilter(desk)).toMatchObject({ scope: "all", state: "open" });
  await user.click(screen.getByRole("tab", { name: /^Mine/ }));
  await waitFor(() => expect(lastFilter(desk).scope).toBe("mine"));
  await user.click(screen.getByRole("tab", { name: /^Overdue/ }));
  await waitFor(() => expect(lastFilter(desk)).toMatchObject({ scope: "all", state: "overdue" }));
  expect(screen.queryByRole("combobox", { name: "State" })).not.toBeInTheDocument();
  await user.click(screen.getByRole("tab", { name: "By event" }));
  await waitFor(() => expect(desk.asked("task_list").at(-1)?.sort).toMatchObject({ by: "event" }));
  expect(window.location.hash).toContain("tab=events");
});

it("a member of the staff begins with their own tasks", async () => {
  const desk = new FakeDesk();
  desk.session = { ...desk.session, role: "staff", permissions: ["tasks.status_own"] };
  desk.state = { phase: "ready", session: desk.session };
  open("/tasks", desk);
  await waitFor(() => expect(lastFilter(desk).scope).toBe("mine"));
  expect(screen.getByRole("tab", { name: /^Mine/ })).toHaveAttribute("aria-selected", "true");
});

it("filters by state, time, person, event and text, and keeps the filters in the address", async () => {
  const { desk, user } = open("/tasks");
  await grid();
  await user.click(screen.getByRole("combobox", { name: "State" }));
  await user.click(await screen.findByRole("option", { name: "Completed" }));
  await waitFor(() => expect(lastFilter(desk).state).toBe("completed"));
  await user.click(screen.getByRole("combobox", { name: "When" }));
  await user.click(await screen.findByRole("option", { name: "After the event" }));
  await waitFor(() => expect(lastFilter(desk).category).toBe("post_event"));
  await user.type(screen.getByRole("combobox", { name: "Assigned to" }), "ana");
  await user.click(await screen.findByRole("option", { name: /Ana Ruiz/ }));
  await waitFor(() => expect(lastFilter(desk).assigned_to).toMatch(/^0190ee00/));
  await user.type(screen.getByRole("searchbox", { name: "Search tasks by text" }), "rentals");
  await waitFor(() => expect(lastFilter(desk).text).toBe("rentals"));
  expect(window.location.hash).toContain("category=post_event");
  await user.click(screen.getByRole("button", { name: "Clear filters" }));
  await waitFor(() => expect(window.location.hash).toBe("#/tasks"));
  expect(screen.getByRole("searchbox")).toHaveValue("");
});

it("finds what nobody does yet", async () => {
  const { desk, user } = open("/tasks");
  await grid();
  await user.click(screen.getByRole("combobox", { name: "Assigned to" }));
  await user.click(await screen.findByRole("option", { name: "Nobody" }));
  await waitFor(() => expect(lastFilter(desk)).toMatchObject({ scope: "unassigned", assigned_to: null }));
});

it("marks what waits, with how many open tasks it waits for", async () => {
  const { desk } = open("/tasks?text=drive");
  const marks = within(await grid()).getAllByRole("img", { name: /^waits for/ });
  const waiting = desk.tasks.find(
    (task) =>
      task.title.includes("drive") &&
      task.status === "pending" &&
      task.prerequisites.every((id) => desk.tasks.find((one) => one.id === id)?.status !== "completed"),
  );
  expect(waiting).toBeDefined();
  expect(marks.map((mark) => mark.getAttribute("aria-label"))).toContain("waits for 2 open tasks");
});

it("starts, completes and reopens by keyboard, and opens the task at its event", async () => {
  const { desk, user } = open("/tasks?state=%22any%22", easy());
  await grid();
  await user.keyboard("j");
  const first = (await rows())[0] as HTMLElement;
  await waitFor(() =>
    expect(within(first).getByRole("button", { name: /: Completed$/ })).toBeInTheDocument(),
  );
  await user.keyboard("r");
  const [reopened] = await asked(desk, "task_move");
  const [step] = (reopened?.moves ?? []) as { task_id: string }[];
  const id = step?.task_id;
  expect(reopened?.moves).toEqual([{ task_id: id, to: "in_progress" }]);
  await waitFor(() =>
    expect(within(first).getByRole("button", { name: /: In progress$/ })).toBeInTheDocument(),
  );
  await screen.findByRole("button", { name: "Undo" });
  await user.keyboard("c");
  expect((await asked(desk, "task_move", 2))[1]?.moves).toEqual([{ task_id: id, to: "completed" }]);
  await waitFor(() =>
    expect(within(first).getByRole("button", { name: /: Completed$/ })).toBeInTheDocument(),
  );
  await user.keyboard("{Enter}");
  await waitFor(() => expect(window.location.hash).toContain(`task=${id}`));
  await screen.findByRole("tab", { name: /^Tasks/, selected: true });
  await waitFor(() =>
    expect(document.activeElement?.closest("[data-item]")).toHaveAttribute("data-item", id),
  );
});

it("says below the list why a task cannot start", async () => {
  const desk = new FakeDesk();
  const blocked = desk.tasks.find(
    (task) =>
      task.status === "pending" &&
      task.prerequisites.some((id) => desk.tasks.find((one) => one.id === id)?.status !== "completed"),
  );
  if (!blocked) {
    throw new Error("the invented office has a task that waits");
  }
  blocked.title = "Wait for me";
  const { user } = open("/tasks?text=Wait%20for", desk);
  await grid();
  await user.keyboard("js");
  expect(
    await screen.findByText(/“Wait for me” cannot start: .* is not completed yet\./),
  ).toBeInTheDocument();
  await expectAccessible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByText(/cannot start/)).not.toBeInTheDocument());
});

it("the status of a row offers what is possible, and says why the rest is not", async () => {
  const desk = easy();
  const [one, other] = desk.tasks.filter((task) => task.status === "pending" && isLive(desk, task.event_id));
  if (!one || !other) {
    throw new Error("the invented office has pending tasks");
  }
  Object.assign(other, { event_id: one.event_id });
  Object.assign(one, { title: "Wait for me", prerequisites: [other.id] });
  const { user } = open("/tasks?text=Wait%20for", desk);
  await user.click(await screen.findByRole("button", { name: "Status of Wait for me: Pending" }));
  const start = await screen.findByRole("menuitem", { name: /^Start/ });
  await waitFor(() => expect(start).toHaveTextContent("has to be completed first"));
  expect(start).toHaveAttribute("aria-disabled", "true");
  expect(window.location.hash).toContain("/tasks");
});

it("selects with Space and Shift, and moves the selected as one change", async () => {
  const { desk, user } = open("/tasks", easy());
  await grid();
  await user.keyboard("j ");
  await waitFor(async () => expect(await chosen()).toHaveLength(1));
  const table = await grid();
  table.focus();
  await user.keyboard("{Shift>}{ArrowDown}{ArrowDown}{/Shift}");
  await waitFor(async () => expect(await chosen()).toHaveLength(3));
  const bar = screen.getByRole("region", { name: "Selected tasks" });
  expect(within(bar).getByRole("status", { name: "Selected" })).toHaveTextContent("3 tasks selected");
  await expectAccessible();
  await user.click(within(bar).getByRole("button", { name: "Move to…" }));
  await user.click(await screen.findByRole("menuitem", { name: "Completed" }));
  const [input] = await asked(desk, "task_move");
  expect(input?.moves).toHaveLength(3);
  await screen.findByText("Moved 3 tasks");
  await waitFor(() =>
    expect(screen.queryByRole("region", { name: "Selected tasks" })).not.toBeInTheDocument(),
  );
});

it("assigns and deletes the selected", async () => {
  const { desk, user } = open("/tasks", easy());
  await grid();
  const boxes = await screen.findAllByRole("checkbox");
  await user.click(boxes[0] as HTMLElement);
  await user.click(boxes[1] as HTMLElement);
  await user.click(await screen.findByRole("combobox", { name: "Assign to…" }));
  await user.type(await screen.findByRole("combobox", { name: "Assign the selected tasks" }), "yuki");
  await user.click(await screen.findByRole("option", { name: /Yuki Tanaka/ }));
  const [input] = await asked(desk, "task_assign");
  expect(input?.task_ids).toHaveLength(2);
  expect(input?.assigned_to).toMatch(/^0190ee00/);
  await waitFor(() =>
    expect(screen.queryByRole("region", { name: "Selected tasks" })).not.toBeInTheDocument(),
  );
  await user.click((await screen.findAllByRole("checkbox"))[0] as HTMLElement);
  await user.keyboard("{Delete}");
  const dialog = await screen.findByRole("dialog", { name: "Delete this task?" });
  await user.click(within(dialog).getByRole("button", { name: "Delete task" }));
  expect((await asked(desk, "task_delete"))[0]?.task_ids).toHaveLength(1);
});

it("keeps what is selected and what is in view while others add tasks above", async () => {
  const desk = easy();
  const { user } = open("/tasks", desk);
  await grid();
  await user.keyboard("jjj ");
  await waitFor(async () => expect(await chosen()).toHaveLength(1));
  const name = (await chosen())[0]?.querySelector("a")?.getAttribute("href");
  const under = async () => {
    const id = (await grid()).getAttribute("aria-activedescendant") ?? "";
    return document.getElementById(id)?.querySelector("a")?.getAttribute("href");
  };
  expect(await under()).toBe(name);
  const [first] = desk.tasks;
  for (const step of [1, 2]) {
    desk.tasks.push({
      ...(first as NonNullable<typeof first>),
      id: `0190a5a5-0000-7000-8000-99999999999${step}`,
      event_id: desk.tasks.at(-1)?.event_id ?? "",
      title: `Urgent ${step}`,
      status: "pending",
      due_at: "2020-01-01T00:00:00Z",
    });
  }
  await desk.tell("replica_changed", { tables: ["tasks"] });
  await screen.findByText("Urgent 1");
  await waitFor(async () => expect(await under()).toBe(name));
  expect((await chosen())[0]?.querySelector("a")?.getAttribute("href")).toBe(name);
});

it("a new task asks for the event first", async () => {
  const { desk, user } = open("/tasks");
  await grid();
  await user.keyboard("t");
  const ask = await screen.findByRole("dialog", { name: "New task" });
  await expectAccessible();
  const event = desk.office.events.find((one) => one.starts_at > "2026-12-01" && !one.is_archived);
  const name = event?.name ?? "";
  await user.type(within(ask).getByRole("combobox", { name: "Event" }), name);
  // The choices change once more when the answer to the whole name is there.
  await waitFor(() =>
    expect(desk.asked("event_list").at(-1)?.filter as Record<string, unknown>).toMatchObject({ text: name }),
  );
  await user.click((await screen.findAllByRole("option", { name: new RegExp(name) }))[0] as HTMLElement);
  await waitFor(() => expect(screen.queryByRole("listbox")).not.toBeInTheDocument());
  await user.click(await screen.findByRole("button", { name: "Next" }));
  await user.type(await screen.findByLabelText("Title"), "Iron the tablecloths");
  await user.click(screen.getByRole("button", { name: "Create task" }));
  const [input] = await asked(desk, "task_create");
  expect(input).toMatchObject({
    form: { title: "Iron the tablecloths", due_local: null, prerequisites: [] },
  });
  expect(desk.office.events.some((one) => one.id === input?.event_id)).toBe(true);
});

it("says what belongs there while there is nothing, and what to do when nothing fits", async () => {
  const desk = new FakeDesk();
  desk.tasks = [];
  const { user } = open("/tasks", desk);
  await screen.findByText("No task is open.");
  await expectAccessible();
  await user.click(screen.getByRole("tab", { name: "Overdue" }));
  await screen.findByText("Nothing is late.");
  await user.type(screen.getByRole("searchbox"), "zz");
  await screen.findByText("No task fits these filters.");
  await user.click(screen.getByRole("button", { name: "Clear the filters" }));
  await screen.findByText("Nothing is late.");
});

it("shows a failure with its reference and reads again on request", async () => {
  const desk = new FakeDesk();
  desk.refuse("task_list", refusal("The tasks could not be read.", { code: "internal", reference: "A1B2" }));
  const { user } = open("/tasks", desk);
  await screen.findByText("The tasks could not be read.");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await grid();
});

it("can be read offline, and says why nothing can be changed", async () => {
  const desk = easy();
  desk.sync = { ...live, state: "offline" };
  const { user } = open("/tasks", desk);
  await grid();
  await screen.findByRole("status", { name: "Connection" });
  expect(screen.getByRole("button", { name: "New task" })).toHaveAccessibleDescription(/^Offline/);
  await user.keyboard("jc");
  expect(
    await screen.findByText(/^Offline: changes need the server/, { selector: "[role=alert] *" }),
  ).toBeInTheDocument();
  expect(desk.asked("task_move")).toHaveLength(0);
});

it("a person without the right is told so before anything is sent", async () => {
  const desk = easy();
  desk.session = { ...desk.session, role: "staff", permissions: ["tasks.status_own"] };
  desk.state = { phase: "ready", session: desk.session };
  const { user } = open("/tasks?tab=%22all%22&who=%22nobody%22", desk);
  await grid();
  await heading("Tasks");
  await user.keyboard("js");
  await screen.findByText("You may not change tasks that are not yours in this organization.");
  expect(desk.asked("task_move")).toHaveLength(0);
});
