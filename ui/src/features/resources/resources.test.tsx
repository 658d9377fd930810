import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, live, refusal } from "@/testing/fake-desk";
import type { OfficeResource } from "@/testing/fake-schedule";
import { asked, expectAccessible, heading, open } from "@/testing/render";

const named = (desk: FakeDesk, name: string) =>
  desk.schedule.resources.find((one) => one.name === name) as OfficeResource;

/** The page of what is called `name`, in the week or month of `day`. */
function at(name: string, day: string, desk = new FakeDesk(), view = "") {
  const resource = named(desk, name);
  return { resource, ...open(`/resources/${resource.id}?day=${day}${view}`, desk) };
}

it("lists who and what there is with what it does now, and narrows by type, text and availability", async () => {
  const { desk, user } = open("/resources");
  const grid = await screen.findByRole("grid", { name: "Resources" });
  const chair = within(grid).getByText("Chair, white").closest("[role=row]") as HTMLElement;
  expect(chair).toHaveTextContent(/Materials.*rental.*400/);
  expect(within(grid).getByText("Projector").closest("[role=row]")).toHaveTextContent("Not available");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Equipment" }));
  await waitFor(() =>
    expect(desk.asked("resource_list").at(-1)?.filter).toMatchObject({ types: ["equipment"] }),
  );
  await user.type(screen.getByRole("searchbox", { name: "Search resources by text" }), "van");
  await waitFor(() =>
    expect(desk.asked("resource_list").at(-1)?.filter).toMatchObject({ types: ["equipment"], text: "van" }),
  );
  await waitFor(() => expect(screen.getByRole("status", { name: "Count" })).toHaveTextContent("2 resources"));
  await user.click(screen.getByRole("button", { name: "Clear filters" }));
  await waitFor(() =>
    expect(screen.getByRole("status", { name: "Count" })).toHaveTextContent("18 resources"),
  );
});

it("shows who is free between two times", async () => {
  const { desk, user } = open("/resources?from=2026-12-06T14:00&until=2026-12-06T17:00");
  await screen.findByRole("grid", { name: "Resources" });
  expect(desk.asked("resource_list").at(-1)?.filter).toMatchObject({
    free_from: "2026-12-06T13:00:00.000Z",
    free_until: "2026-12-06T16:00:00.000Z",
  });
  expect(screen.queryByText("Amara García")).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: /^Free .*14:00–17:00/ }));
  const panel = await screen.findByRole("dialog", { name: "Free between" });
  await expectAccessible(panel);
  const end = within(panel).getByLabelText("End time");
  await user.clear(end);
  await user.type(end, "20:30");
  await waitFor(() =>
    expect(desk.asked("resource_list").at(-1)?.filter).toMatchObject({
      free_until: "2026-12-06T19:30:00.000Z",
    }),
  );
});

it("creates a person, always one, and a thing with a number", async () => {
  const { desk, user } = open("/resources/new");
  await heading("New resource");
  await expectAccessible();
  expect(screen.queryByLabelText("Quantity")).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Create resource" }));
  await screen.findByText("Give it a name.");
  await user.type(screen.getByLabelText("Name"), "Table, oval");
  await user.click(screen.getByRole("radio", { name: "Materials" }));
  await user.clear(screen.getByLabelText("Quantity"));
  await user.type(screen.getByLabelText("Quantity"), "0");
  await user.click(screen.getByRole("button", { name: "Create resource" }));
  await screen.findByText("A number from 1 to 100 000.");
  await user.type(screen.getByLabelText("Quantity"), "{Backspace}24");
  await user.type(screen.getByLabelText(/^Setup/), "45");
  await user.click(screen.getByRole("button", { name: "Create resource" }));
  const [input] = await asked(desk, "resource_create");
  expect(input?.form).toEqual({
    name: "Table, oval",
    type: "materials",
    role: null,
    quantity: 24,
    setup_minutes: 45,
    teardown_minutes: 0,
    is_available: true,
    user_id: null,
    notes: null,
  });
  await heading("Table, oval");
});

it("links a person to a colleague's sign-in", async () => {
  const desk = new FakeDesk();
  const kofi = named(desk, "Kofi Johansson");
  const { user } = open(`/resources/${kofi.id}/edit`, desk);
  await heading("Edit Kofi Johansson");
  await user.type(screen.getByRole("combobox", { name: /^Sign-in/ }), "kofi");
  await user.click(await screen.findByRole("option", { name: /Kofi Johansson/ }));
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  const [input] = await asked(desk, "resource_edit");
  expect(input).toMatchObject({ form: { user_id: expect.any(String) }, base: { user_id: null } });
  expect(desk.asked("team"), "names need no server").toHaveLength(0);
});

it("shows both values when two desks changed the same field, and puts a refusal beside its field", async () => {
  const desk = new FakeDesk();
  const van = named(desk, "Refrigerated van 1");
  const { user } = open(`/resources/${van.id}/edit`, desk);
  const setup = await screen.findByLabelText(/^Setup/);
  await user.clear(setup);
  await user.type(setup, "45");
  desk.next("resource_edit", () => {
    van.setup_minutes = 60;
    throw refusal("Changed meanwhile.", {
      code: "conflict",
      details: { fields: [{ field: "setup_minutes", yours: 45, theirs: 60, before: 30 }] },
    });
  });
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  const dialog = await screen.findByRole("dialog", { name: "Somebody changed this while you were editing" });
  expect(dialog).toHaveTextContent("was 30 minutes");
  await user.click(within(dialog).getByRole("radio", { name: /Keep mine\s*45 minutes/ }));
  desk.refuse("resource_edit", refusal("It is booked too closely for that.", { field: "setup_minutes" }));
  await user.click(within(dialog).getByRole("button", { name: "Save my choice" }));
  const inputs = await asked(desk, "resource_edit", 2);
  expect(inputs[1]).toMatchObject({ form: { setup_minutes: 45 }, base: { setup_minutes: 60 } });
  await waitFor(() =>
    expect(screen.getByLabelText(/^Setup/)).toHaveAccessibleDescription("It is booked too closely for that."),
  );
});

it("asks before a half-filled form is left", async () => {
  const { user } = open("/resources/new");
  await heading("New resource");
  await user.type(screen.getByLabelText("Name"), "Half");
  await user.click(screen.getByRole("link", { name: "Clients" }));
  await user.click(await screen.findByRole("button", { name: "Keep editing" }));
  expect(screen.getByLabelText("Name")).toHaveValue("Half");
});

it("shows a week hour by hour and as a list, and goes from week to week", async () => {
  const { desk, user, resource } = at("Amara García", "2026-12-06");
  await heading("Amara García");
  const sunday = await screen.findByRole("region", { name: "Sun 6 Dec" });
  const bar = within(sunday).getByRole("button", { name: /Sun 6 Dec, 11:00–17:00/ });
  expect(bar).toHaveAccessibleName(/Planning|Inquiry|Preparation/);
  const list = screen.getByRole("region", { name: "Bookings as a list" });
  expect((await within(list).findAllByRole("row")).length).toBeGreaterThan(1);
  await expectAccessible();
  expect(screen.getByRole("link", { name: "Print a day" })).toHaveAttribute(
    "href",
    `#/resources/${resource.id}/day/2026-12-06`,
  );
  await user.click(screen.getByRole("button", { name: "Week after" }));
  await screen.findByRole("region", { name: "Sun 13 Dec" });
  expect(desk.asked("resource_schedule").at(-1)).toMatchObject({
    from: "2026-12-06T23:00:00.000Z",
    until: "2026-12-13T23:00:00.000Z",
  });
});

it("moves a booking by keyboard: Alt and an arrow, then the dialog says what that means", async () => {
  const { desk, user } = at("Amara García", "2026-12-06");
  const sunday = await screen.findByRole("region", { name: "Sun 6 Dec" });
  within(sunday)
    .getByRole("button", { name: /11:00–17:00/ })
    .focus();
  await user.keyboard("{Alt>}{ArrowRight}{/Alt}");
  const dialog = await screen.findByRole("dialog", { name: "Change Amara García" });
  expect(within(dialog).getByLabelText("Start time")).toHaveValue("11:15");
  expect(within(dialog).getByLabelText("End time")).toHaveValue("17:15");
  await within(dialog).findByText(/Amara García is free then/);
  await user.click(within(dialog).getByRole("button", { name: "Save changes" }));
  const [input] = await asked(desk, "assignment_edit");
  expect(input).toMatchObject({ starts_local: "2026-12-06T11:15", ends_local: "2026-12-06T17:15" });
  const moved = await within(sunday).findByRole("button", { name: /11:15–17:15/ });
  moved.focus();
  await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
  const again = await screen.findByRole("dialog", { name: "Change Amara García" });
  expect(within(again).getByLabelText("Start date")).toHaveValue("07/12/2026");
  expect(screen.queryByRole("menu")).not.toBeInTheDocument();
});

it("goes from bar to bar with the arrows and offers what can be done", async () => {
  const { user } = at("Hanna O'Brien", "2026-12-06");
  const bars = within(await screen.findByRole("region", { name: "Wed 2 Dec" })).getAllByRole("button");
  (bars[0] as HTMLElement).focus();
  await user.keyboard("{ArrowRight}");
  expect(document.activeElement).toHaveAccessibleName(/Fri 4 Dec/);
  await user.keyboard("{Enter}");
  await screen.findByRole("menuitem", { name: "Release" });
  await user.click(screen.getByRole("menuitem", { name: /^Open / }));
  await screen.findByRole("tab", { name: /^Staff & equipment/, selected: true });
});

it("counts a pool day by day in the month, marks what is too much, and opens a day's week", async () => {
  const desk = new FakeDesk();
  const chairs = named(desk, "Chair, white");
  const [entry] = desk.schedule.entries.filter(
    (one) => one.resource_id === chairs.id && one.starts_at.startsWith("2026-12-06"),
  );
  Object.assign(entry ?? {}, { quantity: 450 });
  const { user } = at("Chair, white", "2026-12-06", desk, "&view=month");
  const cell = await screen.findByRole("button", {
    name: /6 December 2026: peak 450 of 400, 1 booking, clashes/,
  });
  expect(screen.getByRole("list", { name: "Clashes" })).toHaveTextContent("450 booked, 400 there");
  expect(screen.getByRole("button", { name: /Saturday,? 5 December 2026: free/ })).toBeInTheDocument();
  await expectAccessible();
  cell.focus();
  await user.keyboard("{ArrowLeft}");
  expect(document.activeElement).toHaveAccessibleName(/5 December 2026/);
  await user.keyboard("{ArrowRight}{Enter}");
  const sunday = await screen.findByRole("region", { name: "Sun 6 Dec" });
  expect(sunday).toHaveTextContent("peak 450 of 400");
});

it("blocks a time, says what is booked then, and takes the block away again", async () => {
  const { desk, user } = at("Amara García", "2026-12-06");
  await user.click(await screen.findByRole("button", { name: "Block time" }));
  const dialog = await screen.findByRole("dialog", { name: "Block Amara García" });
  expect(within(dialog).getByLabelText("Start date")).toHaveValue("06/12/2026");
  expect(within(dialog).getByLabelText("End date")).toHaveValue("07/12/2026");
  await user.type(within(dialog).getByLabelText(/^What for/), "Leave");
  await user.keyboard("{Escape}");
  const save = within(dialog).getByRole("button", { name: "Block this time" });
  // Before anything is sent.
  await within(dialog).findByRole("list", { name: "In the way" });
  expect(save).toHaveAttribute("aria-disabled", "true");
  expect(save).toHaveAccessibleDescription("Choose another time, or give a reason for the overlap.");
  await expectAccessible(dialog);
  const start = within(dialog).getByLabelText("Start date");
  await user.clear(start);
  await user.type(start, "07/12/2026");
  await within(dialog).findByText(/Nothing is booked then/);
  await user.click(save);
  const inputs = await asked(desk, "block_create");
  expect(inputs).toHaveLength(1);
  expect(inputs[0]).toMatchObject({
    starts_local: "2026-12-07T00:00",
    ends_local: "2026-12-08T00:00",
    time_zone: "Europe/Madrid",
    note: "Leave",
    quantity: 1,
    override_reason: null,
  });
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
  await user.click(screen.getByRole("button", { name: "Week after" }));
  const list = await screen.findByRole("region", { name: "Bookings as a list" });
  await user.click(await within(list).findByRole("button", { name: "Actions for Leave" }));
  await user.click(await screen.findByRole("menuitem", { name: "Remove the block" }));
  await asked(desk, "block_remove");
});

it("blocks a time that is booked with a reason that stays, where that is permitted", async () => {
  const { desk, user } = at("Amara García", "2026-12-06");
  await user.click(await screen.findByRole("button", { name: "Block time" }));
  const dialog = await screen.findByRole("dialog", { name: "Block Amara García" });
  await user.click(await within(dialog).findByRole("checkbox", { name: /Block it all the same/ }));
  const save = within(dialog).getByRole("button", { name: "Block this time" });
  expect(save).toHaveAccessibleDescription("Give a reason for the overlap first.");
  await user.type(within(dialog).getByLabelText("Reason for the overlap"), "She is ill");
  await user.click(save);
  const [input] = await asked(desk, "block_create");
  expect(input).toMatchObject({ override_reason: "She is ill", starts_choice: null, ends_choice: null });
});

it("says while the time is typed that it may not be blocked over a booking", async () => {
  const { desk, user } = at("Amara García", "2026-12-06");
  desk.schedule.may_override = { allowed: false, reason: "Only an administrator may book over a clash." };
  await user.click(await screen.findByRole("button", { name: "Block time" }));
  const dialog = await screen.findByRole("dialog", { name: "Block Amara García" });
  await within(dialog).findByText("Only an administrator may book over a clash.");
  expect(within(dialog).queryByRole("checkbox", { name: /all the same/ })).not.toBeInTheDocument();
  const save = within(dialog).getByRole("button", { name: "Block this time" });
  expect(save).toHaveAccessibleDescription("Choose another time.");
});

it("keeps a masked booking busy without saying what for, and leaves it alone", async () => {
  const desk = new FakeDesk();
  const amara = named(desk, "Amara García");
  for (const entry of desk.schedule.entries.filter((one) => one.resource_id === amara.id)) {
    Object.assign(entry, { event_id: null, event_name: null, event_status: null, is_masked: true });
  }
  const { user } = at("Amara García", "2026-12-06", desk);
  const sunday = await screen.findByRole("region", { name: "Sun 6 Dec" });
  await user.click(within(sunday).getByRole("button", { name: /^Busy, Sun 6 Dec/ }));
  const release = await screen.findByRole("menuitem", { name: /^Release/ });
  expect(release).toHaveAttribute("aria-disabled", "true");
  expect(release).toHaveTextContent("You do not work on what it is booked for.");
});

it("says why it cannot be deleted, and deletes what nothing refers to", async () => {
  const desk = new FakeDesk();
  const { user, unmount } = at("Amara García", "2026-12-06", desk);
  expect(await screen.findByRole("button", { name: "Delete resource" })).toHaveAccessibleDescription(
    /mark it as not available instead/,
  );
  unmount();
  const projector = named(desk, "Projector");
  const next = open(`/resources/${projector.id}`, desk);
  await next.user.click(await screen.findByRole("button", { name: "Delete resource" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete this resource?" });
  await next.user.click(within(dialog).getByRole("button", { name: "Delete resource" }));
  await heading("Resources");
  expect(user).toBeDefined();
});

it("says when it cannot be read, and what is not possible offline", async () => {
  const desk = new FakeDesk();
  desk.sync = { ...live, state: "offline" };
  desk.refuse("resource_schedule", refusal("The copy cannot be read.", { code: "internal" }));
  const { user } = at("Amara García", "2026-12-06", desk);
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  const sunday = await screen.findByRole("region", { name: "Sun 6 Dec" });
  expect(screen.getByRole("button", { name: "Block time" })).toHaveAccessibleDescription(/^Offline/);
  await user.click(within(sunday).getByRole("button", { name: /11:00–17:00/ }));
  expect(await screen.findByRole("menuitem", { name: /^Release/ })).toHaveTextContent(/Offline/);
});

it("lists what a person still has to do", async () => {
  const desk = new FakeDesk();
  const lucia = named(desk, "Lucía Peña");
  const open_tasks = desk.tasks.filter(
    (task) => task.assigned_to === lucia.id && task.status !== "completed",
  );
  const { user } = open(`/resources/${lucia.id}`, desk);
  await user.click(await screen.findByRole("tab", { name: `Tasks ${open_tasks.length}` }));
  const list = await screen.findByRole("list", { name: "Open tasks" });
  expect(within(list).getAllByRole("listitem")).toHaveLength(open_tasks.length);
  await expectAccessible();
  await user.click(within(list).getAllByRole("link")[0] as HTMLElement);
  await screen.findByRole("tab", { name: /^Tasks/, selected: true });
  expect(window.location.hash).toMatch(/^#\/events\//);
});
