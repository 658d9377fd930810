import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, live, refusal } from "@/testing/fake-desk";
import type { OfficeTask } from "@/testing/fake-tasks";
import { asked, expectAccessible, open } from "@/testing/render";

/** An event whose second task waits for its first. */
function planned(patch: Partial<OfficeTask> = {}) {
  const desk = new FakeDesk();
  const event = desk.office.events.find((one) => one.status === "planning" && !one.is_archived);
  const own = desk.tasks.filter((task) => task.event_id === event?.id);
  const [first, second] = own;
  if (!event || !first || !second) {
    throw new Error("the invented office has an event with tasks");
  }
  for (const task of own) {
    Object.assign(task, { status: "pending", completed_at: null, completed_by_name: null });
  }
  Object.assign(first, { title: "Confirm headcount", prerequisites: [], ...patch });
  Object.assign(second, { title: "Order produce", prerequisites: [first.id] });
  return { desk, event, first, second, path: `/events/${event.id}?tab=tasks` };
}

const item = async (title: string) =>
  (await screen.findByRole("button", { name: title })).closest("li") as HTMLElement;

it("lists the tasks by when they are done, each with what it waits for", async () => {
  const { desk, path } = planned();
  const { user } = open(path, desk);
  await screen.findByRole("list", { name: "Tasks: before the event" });
  expect(screen.getByRole("list", { name: "Tasks: after the event" })).toBeInTheDocument();
  const waits = screen.getByRole("list", { name: "Prerequisites of Order produce" });
  expect(waits).toHaveTextContent("Confirm headcount, pending");
  await expectAccessible();
  await user.click(within(waits).getByRole("button", { name: /Confirm headcount/ }));
  await waitFor(async () =>
    expect(await item("Confirm headcount")).toContainElement(document.activeElement as HTMLElement),
  );
});

it("moves a task to what it may become, and says why it may not become the rest", async () => {
  const { desk, path, first } = planned();
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("button", { name: "Status of Order produce: Pending" }));
  const start = await screen.findByRole("menuitem", { name: /^Start/ });
  expect(start).toHaveAttribute("aria-disabled", "true");
  expect(start).toHaveTextContent("“Confirm headcount” has to be completed first.");
  await user.keyboard("{Escape}");
  await user.click(await screen.findByRole("button", { name: "Status of Confirm headcount: Pending" }));
  await user.click(await screen.findByRole("menuitem", { name: "Complete" }));
  expect((await asked(desk, "task_move"))[0]?.moves).toEqual([{ task_id: first.id, to: "completed" }]);
  await screen.findByText("Confirm headcount: Completed");
  expect(screen.getByRole("button", { name: "Undo" })).toBeInTheDocument();
});

it("starts and completes by keyboard, going from task to task", async () => {
  const { desk, path, first } = planned();
  const { user } = open(path, desk);
  await item("Confirm headcount");
  await user.keyboard("j");
  expect(await item("Confirm headcount")).toContainElement(document.activeElement as HTMLElement);
  await user.keyboard("s");
  expect((await asked(desk, "task_move"))[0]?.moves).toEqual([{ task_id: first.id, to: "in_progress" }]);
  await screen.findByRole("button", { name: "Status of Confirm headcount: In progress" });
  await user.keyboard("c");
  expect((await asked(desk, "task_move", 2))[1]?.moves).toEqual([{ task_id: first.id, to: "completed" }]);
  await user.keyboard("j");
  expect(await item("Confirm headcount")).not.toContainElement(document.activeElement as HTMLElement);
});

it("assigns a task without opening it", async () => {
  const { desk, path, first } = planned({ assigned_to: null });
  const { user } = open(path, desk);
  const button = within(await item("Confirm headcount")).getByRole("combobox", {
    name: "Assigned to: nobody",
  });
  await user.click(button);
  await user.type(await screen.findByRole("combobox", { name: "Who does Confirm headcount" }), "ana");
  await user.click(await screen.findByRole("option", { name: /Ana Ruiz/ }));
  const [input] = await asked(desk, "task_assign");
  expect(input?.task_ids).toEqual([first.id]);
  await within(await item("Confirm headcount")).findByRole("combobox", { name: "Assigned to: Ana Ruiz" });
});

it("creates a task with a due time and what it waits for", async () => {
  const { desk, path, event, first } = planned();
  const { user } = open(path, desk);
  await item("Confirm headcount");
  await user.keyboard("t");
  const sheet = await screen.findByRole("dialog", { name: "New task" });
  await expectAccessible();
  await user.type(within(sheet).getByLabelText("Title"), "Iron the tablecloths");
  await user.type(within(sheet).getByLabelText("Due date"), "21/11/2026");
  await user.type(within(sheet).getByLabelText("Due time"), "930");
  await user.type(within(sheet).getByLabelText(/^Waits for/), "headcount");
  await user.click(await screen.findByRole("option", { name: /Confirm headcount/ }));
  await user.click(await screen.findByRole("button", { name: "Create task" }));
  const [input] = await asked(desk, "task_create");
  expect(input).toMatchObject({
    event_id: event.id,
    form: {
      title: "Iron the tablecloths",
      due_local: "2026-11-21T09:30",
      due_choice: null,
      category: "pre_event",
      prerequisites: [first.id],
    },
  });
  await item("Iron the tablecloths");
  await waitFor(() => expect(screen.queryByRole("dialog", { name: "New task" })).not.toBeInTheDocument());
});

it("says beside the field what is missing, and sends nothing", async () => {
  const { desk, path } = planned();
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("button", { name: "New task" }));
  await user.type(await screen.findByLabelText("Due date"), "21/11/2026");
  await user.click(screen.getByRole("button", { name: "Create task" }));
  await screen.findByText("Say what is to be done.");
  expect(screen.getByLabelText("Due time")).toHaveAccessibleDescription("Give a time.");
  expect(desk.asked("task_create")).toHaveLength(0);
});

it("shows a circle of prerequisites at the field that would make it", async () => {
  const { desk, path } = planned();
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("button", { name: "Confirm headcount" }));
  const field = await screen.findByLabelText(/^Waits for/);
  await user.type(field, "produce");
  await user.click(await screen.findByRole("option", { name: /Order produce/ }));
  await user.click(await screen.findByRole("button", { name: "Save changes" }));
  await waitFor(() =>
    expect(screen.getByLabelText(/^Waits for/)).toHaveAccessibleDescription(
      "That would be a circle: “Confirm headcount” → “Order produce” → “Confirm headcount”.",
    ),
  );
});

it("keeps a half-typed form while others change the task, and asks when both changed the same", async () => {
  const { desk, path, first } = planned();
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("button", { name: "Confirm headcount" }));
  const title = await screen.findByLabelText("Title");
  await user.clear(title);
  await user.type(title, "Confirm headcount twice");
  Object.assign(first, { title: "Confirm headcount by phone", description: "They answer before noon." });
  await desk.tell("replica_changed", { tables: ["tasks"] });
  await asked(desk, "event_tasks", 2);
  expect(screen.getByLabelText("Title")).toHaveValue("Confirm headcount twice");
  desk.refuse(
    "task_edit",
    refusal("Somebody changed this task.", {
      code: "conflict",
      details: { fields: [{ field: "title", yours: "x", theirs: "y", before: "Confirm headcount" }] },
    }),
  );
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  const dialog = await screen.findByRole("dialog", { name: "Somebody changed this while you were editing" });
  await user.click(within(dialog).getByRole("radio", { name: /Keep mine\s*Confirm headcount twice/ }));
  await user.click(within(dialog).getByRole("button", { name: "Save my choice" }));
  const second = (await asked(desk, "task_edit", 2))[1];
  expect(second?.form).toMatchObject({
    title: "Confirm headcount twice",
    description: "They answer before noon.",
  });
  expect(second?.base).toMatchObject({ title: "Confirm headcount by phone" });
});

it("asks before a half-typed task is closed", async () => {
  const { desk, path } = planned();
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("button", { name: "New task" }));
  await user.type(await screen.findByLabelText("Title"), "Iron");
  await user.keyboard("{Escape}");
  const ask = await screen.findByRole("dialog", { name: "Close without saving?" });
  await user.click(within(ask).getByRole("button", { name: "Keep editing" }));
  expect(await screen.findByLabelText("Title")).toHaveValue("Iron");
});

it("says what goes with a task before it is deleted", async () => {
  const { desk, path, first } = planned();
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("button", { name: "Delete Confirm headcount" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete this task?" });
  expect(dialog).toHaveTextContent("No longer waiting for it");
  expect(dialog).toHaveTextContent("Order produce");
  await expectAccessible();
  await user.click(within(dialog).getByRole("button", { name: "Delete task" }));
  expect((await asked(desk, "task_delete"))[0]?.task_ids).toEqual([first.id]);
  await screen.findByText("Deleted the task");
});

it("flags a task that was finished out of order", async () => {
  const { desk, path, second } = planned();
  Object.assign(second, { status: "completed", completed_at: "2026-11-18T10:00:00Z" });
  open(path, desk);
  expect(await item("Order produce")).toHaveTextContent("finished out of order");
});

it("an archived event's tasks can be read, not changed", async () => {
  const { desk, path, event } = planned();
  event.is_archived = true;
  const { user } = open(path, desk);
  await item("Confirm headcount");
  const create = screen.getByRole("button", { name: "New task" });
  expect(create).toHaveAccessibleDescription("This event is archived; un-archive it first.");
  await user.keyboard("t");
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});

it("is read-only offline and says so", async () => {
  const { desk, path } = planned();
  desk.sync = { ...live, state: "offline" };
  const { user } = open(path, desk);
  await item("Confirm headcount");
  await screen.findByRole("status", { name: "Connection" });
  expect(screen.getByRole("button", { name: "New task" })).toHaveAccessibleDescription(/^Offline/);
  await user.click(screen.getByRole("button", { name: "Status of Confirm headcount: Pending" }));
  expect(await screen.findByRole("menuitem", { name: /^Start/ })).toHaveTextContent("Offline");
});

it("says what belongs there while an event has no tasks", async () => {
  const { desk, path } = planned();
  desk.tasks = [];
  open(path, desk);
  await screen.findByText("What has to be done for this event will be here.");
  await expectAccessible();
});
