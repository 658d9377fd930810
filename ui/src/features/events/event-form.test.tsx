import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, live, refusal } from "@/testing/fake-desk";
import type { OfficeEvent } from "@/testing/office";
import { asked, expectAccessible, heading, open } from "@/testing/render";

type User = ReturnType<typeof open>["user"];

async function chooseClient(user: User, typed: string, name: RegExp) {
  await user.type(screen.getByRole("combobox", { name: "Client" }), typed);
  await user.click((await screen.findAllByRole("option", { name }))[0] as HTMLElement);
}

async function fill(user: User, label: string, text: string) {
  await user.clear(screen.getByLabelText(label));
  await user.type(screen.getByLabelText(label), text);
}

it("creates an event from what was typed, whichever way dates and times are written", async () => {
  const { desk, user } = open("/events/new");
  await heading("New event");
  await expectAccessible();
  await user.type(screen.getByLabelText("Name"), "Wedding Haddad");
  await chooseClient(user, "hadd", /Haddad/);
  await user.type(screen.getByLabelText("Type"), "wedding");
  await user.keyboard("{Escape}");
  await fill(user, "Start date", "21/11/2026");
  await fill(user, "Start time", "1300");
  // An end four hours later is offered as soon as the start is known.
  expect(screen.getByLabelText("End time")).toHaveValue("17:00");
  await fill(user, "End time", "9 pm");
  await user.type(screen.getByLabelText(/^Headcount/), "150");
  await user.click(screen.getByRole("button", { name: "Create event" }));
  const [input] = await asked(desk, "event_create");
  expect(input?.form).toMatchObject({
    name: "Wedding Haddad",
    event_type: "wedding",
    starts_local: "2026-11-21T13:00",
    ends_local: "2026-11-21T21:00",
    time_zone: "Europe/Madrid",
    starts_choice: null,
    estimated_attendees: 150,
    location: null,
  });
  await heading("Wedding Haddad");
});

it("asks before a half-filled form is left, and keeps what was typed", async () => {
  const { desk, user } = open("/events/new");
  await heading("New event");
  await user.type(screen.getByLabelText("Name"), "Wedding Haddad");
  await user.click(screen.getByRole("link", { name: "Clients" }));
  await user.click(await screen.findByRole("button", { name: "Keep editing" }));
  expect(screen.getByLabelText("Name")).toHaveValue("Wedding Haddad");
  await user.click(screen.getByRole("link", { name: "Clients" }));
  await user.click(await screen.findByRole("button", { name: "Leave without saving" }));
  await heading("Clients");
  expect(desk.asked("event_create")).toHaveLength(0);
});

it("leaves an untouched form without asking", async () => {
  const { user } = open("/events/new");
  await heading("New event");
  await user.click(screen.getByRole("link", { name: "Clients" }));
  await heading("Clients");
});

it("says beside each field what is missing, and sends nothing", async () => {
  const { desk, user } = open("/events/new");
  await heading("New event");
  await user.click(screen.getByRole("button", { name: "Create event" }));
  await screen.findByText("Give the event a name.");
  expect(screen.getByText("Choose a client.")).toBeInTheDocument();
  expect(screen.getByLabelText("Start date")).toHaveAccessibleDescription("Give a date.");
  await expectAccessible();
  expect(desk.asked("event_create")).toHaveLength(0);
});

it("shows both moments where the clocks skip a time, and sends the chosen one", async () => {
  const { desk, user } = open("/events/new");
  await heading("New event");
  await user.type(screen.getByLabelText("Name"), "Night party");
  await chooseClient(user, "hadd", /Haddad/);
  await user.type(screen.getByLabelText("Type"), "party");
  await user.keyboard("{Escape}");
  await fill(user, "Start date", "28/03/2027");
  await fill(user, "Start time", "02:30");
  await screen.findByText(/so 02:30 does not exist/);
  const choices = screen.getByRole("group", { name: "Which start time is meant" });
  await user.click(screen.getByRole("button", { name: "Create event" }));
  await screen.findByText("Choose which of the two times is meant.");
  expect(desk.asked("event_create")).toHaveLength(0);
  await expectAccessible();
  await user.click(within(choices).getByRole("radio", { name: "03:30, after the clocks change" }));
  await user.click(screen.getByRole("button", { name: "Create event" }));
  const [input] = await asked(desk, "event_create");
  expect(input?.form).toMatchObject({ starts_local: "2027-03-28T02:30", starts_choice: "later" });
});

it("makes a missing client without leaving the form", async () => {
  const { desk, user } = open("/events/new");
  await heading("New event");
  await user.type(screen.getByRole("combobox", { name: "Client" }), "Brisa");
  await user.click(await screen.findByRole("button", { name: "New client…" }));
  const dialog = await screen.findByRole("dialog", { name: "New client" });
  expect(within(dialog).getByLabelText("Company name")).toHaveValue("Brisa");
  await user.click(within(dialog).getByRole("button", { name: "Create client" }));
  await asked(desk, "client_create");
  await waitFor(() => expect(screen.getByRole("combobox", { name: "Client" })).toHaveValue("Brisa"));
  expect(desk.asked("event_create")).toHaveLength(0);
});

it("puts the server's refusal beside the field it names", async () => {
  const desk = new FakeDesk();
  const event = desk.office.events[20] as OfficeEvent;
  desk.refuse(
    "event_edit",
    refusal("An event cannot start in 1900.", { code: "invalid", field: "starts_at" }),
  );
  const { user } = open(`/events/${event.id}/edit`, desk);
  await heading(/^Edit /);
  await fill(user, "Name", "Another name");
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  await waitFor(() =>
    expect(screen.getByLabelText("Start time")).toHaveAccessibleDescription("An event cannot start in 1900."),
  );
});

it("shows both values when somebody changed the same field, and saves the chosen ones", async () => {
  const desk = new FakeDesk();
  const event = desk.office.events[20] as OfficeEvent;
  Object.assign(event, { name: "Wedding Haddad", estimated_attendees: 140, location: "Nave 7" });
  const { user } = open(`/events/${event.id}/edit`, desk);
  await waitFor(() => expect(screen.getByLabelText("Name")).toHaveValue("Wedding Haddad"));
  await fill(user, "Name", "Wedding Haddad & Peña");
  await user.clear(screen.getByLabelText(/^Headcount/));
  await user.type(screen.getByLabelText(/^Headcount/), "150");
  // Meanwhile, on another desk: headcount and place.
  desk.next("event_edit", () => {
    Object.assign(event, { estimated_attendees: 160, location: "Finca El Olivar" });
    throw refusal("Somebody changed this event.", {
      code: "conflict",
      details: {
        table: "events",
        id: event.id,
        fields: [{ field: "estimated_attendees", yours: 150, theirs: 160, before: 140 }],
      },
    });
  });
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  const dialog = await screen.findByRole("dialog", { name: "Somebody changed this while you were editing" });
  const field = within(dialog).getByRole("group", { name: /Headcount/ });
  expect(field).toHaveTextContent("was 140");
  await expectAccessible();
  await user.click(within(field).getByRole("radio", { name: /Take theirs\s*160/ }));
  await user.click(within(dialog).getByRole("button", { name: "Save my choice" }));
  const inputs = await asked(desk, "event_edit", 2);
  expect(inputs[1]?.form).toMatchObject({
    name: "Wedding Haddad & Peña",
    estimated_attendees: 160,
    location: "Finca El Olivar",
  });
  expect(inputs[1]?.base).toMatchObject({
    name: "Wedding Haddad",
    estimated_attendees: 160,
    location: "Finca El Olivar",
  });
});

it("asks again with the same id after a lost answer, and with a new one for something else", async () => {
  const desk = new FakeDesk();
  const event = desk.office.events[20] as OfficeEvent;
  desk.refuse("event_edit", refusal("The answer was lost.", { code: "offline" }));
  desk.refuse("event_edit", refusal("The answer was lost.", { code: "offline" }));
  const { user } = open(`/events/${event.id}/edit`, desk);
  await heading(/^Edit /);
  await fill(user, "Name", "Once only");
  const save = screen.getByRole("button", { name: "Save changes" });
  await user.click(save);
  await screen.findByText("The answer was lost.");
  await user.click(save);
  await asked(desk, "event_edit", 2);
  await screen.findByText("The answer was lost.");
  await fill(user, "Name", "Something else");
  await user.click(save);
  const [first, second, third] = await asked(desk, "event_edit", 3);
  expect(second?.command_id).toBe(first?.command_id);
  expect(third?.command_id).not.toBe(first?.command_id);
});

it("cannot be saved offline, with the reason", async () => {
  const desk = new FakeDesk();
  desk.sync = { ...live, state: "offline" };
  open("/events/new", desk);
  await heading("New event");
  await waitFor(() =>
    expect(screen.getByRole("button", { name: "Create event" })).toHaveAccessibleDescription(/^Offline/),
  );
});

it("keeps an event as long as it was while a new start is typed digit by digit", async () => {
  const desk = new FakeDesk();
  const event = desk.office.events[20] as OfficeEvent;
  desk.schedule.entries = [];
  const { user } = open(`/events/${event.id}/edit`, desk);
  await heading(/^Edit /);
  expect(screen.getByLabelText("Start date")).toHaveValue("06/12/2026");
  expect(screen.getByLabelText("Start time")).toHaveValue("14:00");
  await fill(user, "Start date", "26/11/2026");
  await fill(user, "Start time", "1830");
  expect(screen.getByLabelText("End date")).toHaveValue("26/11/2026");
  expect(screen.getByLabelText("End time")).toHaveValue("21:30");
  await fill(user, "End time", "23");
  await fill(user, "Start time", "17:30");
  expect(screen.getByLabelText("End time")).toHaveValue("22:00");
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  const [input] = await asked(desk, "event_edit");
  expect(input?.form).toMatchObject({ starts_local: "2026-11-26T17:30", ends_local: "2026-11-26T22:00" });
});

it("shows which due times move along with the event, and leaves them where they are if asked to", async () => {
  const desk = new FakeDesk();
  const event = desk.office.events[20] as OfficeEvent;
  const moved = { title: "Order flowers", from: "2026-11-20T11:00:00Z", to: "2026-11-21T11:00:00Z" };
  const due_times = Array.from({ length: 7 }, (_, n) => ({ ...moved, task_id: `t${n}` }));
  // Asked again for whatever the form means while somebody types.
  for (let n = 0; n < 40; n++) {
    desk.next("event_move_preview", () => ({ due_times }));
  }
  const { user } = open(`/events/${event.id}/edit`, desk);
  await heading(/^Edit /);
  await fill(user, "Name", "Another name");
  expect(desk.asked("event_move_preview")).toHaveLength(0);
  await fill(user, "Start date", "21/11/2026");
  const along = await screen.findByRole("checkbox", { name: /Move the due times of 7 open tasks along/ });
  expect(along).toBeChecked();
  const list = screen.getByRole("list", { name: "Due times" });
  expect(list).toHaveTextContent(/Order flowers: .*20.* → .*21.*and 2 more/);
  await expectAccessible();
  await user.click(along);
  expect(list).toHaveTextContent("They stay where they are.");
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  const [input] = await asked(desk, "event_edit");
  expect(input?.due_times).toBe("stay");
});
