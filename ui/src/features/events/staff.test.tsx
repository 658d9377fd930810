import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { BookingRow } from "@/ipc/types";
import { FakeDesk, live, refusal } from "@/testing/fake-desk";
import type { OfficeEvent } from "@/testing/office";
import { asked, expectAccessible, heading, open } from "@/testing/render";

/** An event in December, and another at the same time that has what `taken` names. */
function planned(taken: string[] = []) {
  const desk = new FakeDesk();
  const event = desk.office.events[20] as OfficeEvent;
  const other = desk.office.events[21] as OfficeEvent;
  Object.assign(event, { name: "Wedding Haddad", status: "planning", is_archived: false });
  Object.assign(other, { name: "Wedding García", status: "planning", is_archived: false });
  const { entries, resources } = desk.schedule;
  const pattern = entries.find((entry) => entry.event_id === event.id) as BookingRow;
  for (const name of taken) {
    const resource = resources.find((one) => one.name === name);
    entries.push({
      ...pattern,
      id: `taken-${name}`,
      resource_id: resource?.id ?? "",
      resource_name: name,
      resource_type: resource?.type ?? "staff",
      event_id: other.id,
      event_name: other.name,
    });
  }
  return { desk, event, other, path: `/events/${event.id}?tab=staff` };
}

const rowOf = async (name: string) =>
  (await screen.findByRole("checkbox", { name: `Select ${name}` })).closest("li") as HTMLElement;
const idOf = (desk: FakeDesk, name: string) =>
  desk.schedule.resources.find((one) => one.name === name)?.id ?? "";

async function assigning(desk: FakeDesk, path: string, typed: string, name: RegExp) {
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("button", { name: "Assign" }));
  const dialog = await screen.findByRole("dialog", { name: "Assign staff or equipment" });
  await user.type(within(dialog).getByRole("combobox", { name: "Who or what" }), typed);
  await user.click(await screen.findByRole("option", { name }));
  return { user, dialog };
}

it("lists who and what the event has by type, with hours, numbers and what each needs around it", async () => {
  const { desk, path } = planned();
  open(path, desk);
  const staff = await screen.findByRole("list", { name: "Staff" });
  expect(within(staff).getAllByRole("listitem")).toHaveLength(6);
  expect(await rowOf("Hanna O'Brien")).toHaveTextContent("14:00–17:00 as the event");
  expect(await rowOf("Amara García")).toHaveTextContent("11:00–17:00");
  expect(await rowOf("Björn Novák")).toHaveTextContent("Load van and drive out");
  expect(await rowOf("Chair, white")).toHaveTextContent("× 60");
  await waitFor(async () =>
    expect(await rowOf("Refrigerated van 1")).toHaveTextContent("30 min setup before, 30 min teardown after"),
  );
  expect(screen.getByRole("tab", { name: "Staff & equipment 9" })).toBeInTheDocument();
  expect(desk.asked("resource_page"), "the bookings say it all").toHaveLength(0);
  await expectAccessible();
});

it("offers the free ones first, names what the others are busy with, and assigns for the event's hours", async () => {
  const { desk, event, path } = planned(["Chloé Nguyen"]);
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("button", { name: "Assign" }));
  const dialog = await screen.findByRole("dialog", { name: "Assign staff or equipment" });
  await expectAccessible(dialog);
  expect(within(dialog).getByLabelText("Start time")).toHaveValue("14:00");
  await user.type(within(dialog).getByRole("combobox", { name: "Who or what" }), "bartender");
  await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(2));
  const busy = await screen.findByRole("option", { name: /Chloé Nguyen/ });
  expect(busy).toHaveTextContent(/Busy: Wedding García, .*14:00–17:00/);
  const options = screen.getAllByRole("option");
  expect(options.map((option) => option.textContent)).toEqual([
    expect.stringContaining("Iñaki d'AngeloFree · bartender"),
    expect.stringContaining("Chloé Nguyen"),
  ]);
  expect(desk.asked("assignment_check"), "all of them are looked at in one go").toHaveLength(0);
  await user.click(options[0] as HTMLElement);
  await within(dialog).findByText(/Iñaki d'Angelo is free then/);
  await user.click(within(dialog).getByRole("button", { name: "Assign" }));
  const [input] = await asked(desk, "assignment_create");
  expect(input).toMatchObject({
    event_id: event.id,
    resource_id: idOf(desk, "Iñaki d'Angelo"),
    quantity: 1,
    starts_local: "2026-12-06T14:00",
    ends_local: "2026-12-06T17:00",
    override_reason: null,
    task_id: null,
  });
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
  await rowOf("Iñaki d'Angelo");
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await asked(desk, "undo");
});

it("closes the list with Escape, then the dialog, and keeps what was chosen", async () => {
  const { desk, path } = planned();
  const { user, dialog } = await assigning(desk, path, "chlo", /Chloé Nguyen/);
  const who = within(dialog).getByRole("combobox", { name: "Who or what" });
  await user.click(who);
  await waitFor(() => expect(who).toHaveAttribute("aria-expanded", "true"));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(who).toHaveAttribute("aria-expanded", "false"));
  expect(who).toHaveValue("Chloé Nguyen");
  expect(dialog).toBeInTheDocument();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
});

it("assigns one after the other without closing, each with an id of its own", async () => {
  const { desk, path } = planned();
  const { user, dialog } = await assigning(desk, path, "Kofi", /Kofi Johansson/);
  await within(dialog).findByText(/Kofi Johansson is free then/);
  await user.click(within(dialog).getByRole("button", { name: "Assign and pick another" }));
  await asked(desk, "assignment_create");
  await waitFor(() => expect(within(dialog).getByRole("combobox", { name: "Who or what" })).toHaveValue(""));
  await user.type(within(dialog).getByRole("combobox", { name: "Who or what" }), "Chloé");
  await user.click(await screen.findByRole("option", { name: /Chloé Nguyen/ }));
  await within(dialog).findByText(/Chloé Nguyen is free then/);
  await user.click(within(dialog).getByRole("button", { name: "Assign" }));
  const [first, second] = await asked(desk, "assignment_create", 2);
  expect(first?.entry_id).not.toBe(second?.entry_id);
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
});

it("names who, when and which event clashes, and books over it only with a reason that stays", async () => {
  const { desk, path } = planned(["Chloé Nguyen"]);
  const { user, dialog } = await assigning(desk, path, "Chloé", /Chloé Nguyen/);
  const told = await within(dialog).findByRole("list", { name: "In the way" });
  expect(told).toHaveTextContent(/Wedding García.*14:00–17:00/);
  expect(within(dialog).getByRole("status", { name: "Availability" })).toHaveTextContent(
    "Chloé Nguyen is already booked then.",
  );
  await expectAccessible(dialog);
  const save = within(dialog).getByRole("button", { name: "Assign" });
  expect(save).toHaveAccessibleDescription(
    "Choose another time or resource, or give a reason for the overlap.",
  );
  await user.click(save);
  expect(desk.asked("assignment_create")).toHaveLength(0);
  await user.click(within(dialog).getByRole("checkbox", { name: "Assign all the same, with a reason" }));
  expect(save).toHaveAccessibleDescription("Give a reason for the overlap first.");
  await user.type(within(dialog).getByLabelText("Reason for the overlap"), "Both are in one house");
  await user.click(save);
  const [input] = await asked(desk, "assignment_create");
  expect(input?.override_reason).toBe("Both are in one house");
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
  expect(await rowOf("Chloé Nguyen")).toHaveTextContent(
    "Overlap accepted: Both are in one house · Pilar Novák",
  );
});

it("explains why a clash cannot be booked over where that is not permitted", async () => {
  const { desk, path } = planned(["Chloé Nguyen"]);
  desk.schedule.may_override = { allowed: false, reason: "Only administrators may book over a clash." };
  const { dialog } = await assigning(desk, path, "Chloé", /Chloé Nguyen/);
  await within(dialog).findByText("Only administrators may book over a clash.");
  expect(within(dialog).queryByRole("checkbox")).not.toBeInTheDocument();
  expect(within(dialog).getByRole("button", { name: "Assign" })).toHaveAccessibleDescription(
    "Choose another time or resource.",
  );
});

it("shows what another desk took in the same moment, and keeps what was typed", async () => {
  const { desk, path } = planned();
  const { user, dialog } = await assigning(desk, path, "Chloé", /Chloé Nguyen/);
  await within(dialog).findByText(/Chloé Nguyen is free then/);
  desk.refuse(
    "assignment_create",
    refusal("Chloé Nguyen is already booked: Gala Okafor, 6 Dec 15:00–23:00.", {
      code: "conflict",
      details: {
        kind: "clash",
        resource: "Chloé Nguyen",
        needed: 1,
        free: 0,
        conflicts: [
          {
            entry_id: "x",
            event_id: null,
            title: "Gala Okafor",
            starts_at: "2026-12-06T14:00:00Z",
            ends_at: "2026-12-06T22:00:00Z",
            quantity: 1,
            kind: "assignment",
          },
        ],
        may_override: true,
      },
    }),
  );
  await user.click(within(dialog).getByRole("button", { name: "Assign" }));
  expect(await within(dialog).findByRole("list", { name: "In the way" })).toHaveTextContent(
    /Gala Okafor.*15:00–23:00/,
  );
  expect(within(dialog).getByRole("combobox", { name: "Who or what" })).toHaveValue("Chloé Nguyen");
  expect(dialog).toBeInTheDocument();
});

it("counts a pool: how many are free, and not more than there are", async () => {
  const { desk, path } = planned();
  const { user, dialog } = await assigning(desk, path, "Round", /Round table.*60 of 60 free/);
  await within(dialog).findByText(/60 of 60 are free then/);
  const many = within(dialog).getByLabelText("How many");
  await user.clear(many);
  await user.type(many, "61");
  await user.click(within(dialog).getByRole("button", { name: "Assign" }));
  await within(dialog).findByText("A number from 1 to 60.");
  expect(desk.asked("assignment_create")).toHaveLength(0);
  await user.clear(many);
  await user.type(many, "15");
  await user.click(within(dialog).getByRole("button", { name: "Assign" }));
  const [input] = await asked(desk, "assignment_create");
  expect(input?.quantity).toBe(15);
});

it("changes the hours of a booking; the end keeps its distance from the start", async () => {
  const { desk, path } = planned();
  const { user } = open(path, desk);
  await user.click(
    within(await rowOf("Amara García")).getByRole("button", { name: "Actions for Amara García" }),
  );
  await user.click(await screen.findByRole("menuitem", { name: "Move or change…" }));
  const dialog = await screen.findByRole("dialog", { name: "Change Amara García" });
  const start = within(dialog).getByLabelText("Start time");
  expect(start).toHaveValue("11:00");
  await user.clear(start);
  await user.type(start, "12:30");
  expect(within(dialog).getByLabelText("End time")).toHaveValue("18:30");
  await user.click(within(dialog).getByRole("button", { name: "Save changes" }));
  const [input] = await asked(desk, "assignment_edit");
  expect(input).toMatchObject({
    resource_id: idOf(desk, "Amara García"),
    starts_local: "2026-12-06T12:30",
    ends_local: "2026-12-06T18:30",
  });
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
  expect(await rowOf("Amara García")).toHaveTextContent("12:30–18:30");
});

it("releases one booking, or those that are selected", async () => {
  const { desk, path } = planned();
  const { user } = open(path, desk);
  await user.click(within(await rowOf("Ana Ruiz")).getByRole("button", { name: "Actions for Ana Ruiz" }));
  await user.click(await screen.findByRole("menuitem", { name: "Release" }));
  expect((await asked(desk, "assignment_release"))[0]?.entry_ids).toHaveLength(1);
  await waitFor(() =>
    expect(screen.queryByRole("checkbox", { name: "Select Ana Ruiz" })).not.toBeInTheDocument(),
  );
  await user.click(screen.getByRole("checkbox", { name: "Select all: Equipment" }));
  expect(screen.getByRole("status", { name: "Bookings" })).toHaveTextContent("2 of 8 bookings selected");
  await user.click(screen.getByRole("button", { name: "Release 2 selected" }));
  expect((await asked(desk, "assignment_release", 2))[1]?.entry_ids).toHaveLength(2);
  await waitFor(() => expect(screen.queryByRole("list", { name: "Equipment" })).not.toBeInTheDocument());
  expect(screen.getByRole("status", { name: "Bookings" })).toHaveTextContent("6 bookings");
});

it("keeps selection and a half-typed assignment while others change the schedule", async () => {
  const { desk, event, path } = planned();
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("checkbox", { name: "Select Ana Ruiz" }));
  await user.click(screen.getByRole("button", { name: "Assign" }));
  const dialog = await screen.findByRole("dialog", { name: "Assign staff or equipment" });
  const end = within(dialog).getByLabelText("End time");
  await user.clear(end);
  await user.type(end, "23:1");
  const before = desk.asked("event_staffing").length;
  desk.schedule.entries = desk.schedule.entries.filter(
    (entry) => entry.event_id !== event.id || entry.resource_name !== "Lucía Peña",
  );
  await desk.tell("replica_changed", { tables: ["resource_schedule"] });
  await waitFor(() => expect(desk.asked("event_staffing").length).toBeGreaterThan(before));
  await waitFor(() => expect(screen.queryByText("Lucía Peña", { selector: "bdi" })).not.toBeInTheDocument());
  expect(end).toHaveValue("23:1");
  await user.click(within(dialog).getByRole("button", { name: "Back" }));
  expect(await screen.findByRole("checkbox", { name: "Select Ana Ruiz" })).toBeChecked();
});

it("offers the first step where nothing is booked, and nothing at all offline", async () => {
  const { desk, path } = planned();
  desk.schedule.entries = [];
  desk.sync = { ...live, state: "offline" };
  open(path, desk);
  await screen.findByText("Nobody and nothing is assigned yet.");
  await waitFor(() =>
    expect(screen.getByRole("button", { name: "Assign" })).toHaveAccessibleDescription(/^Offline/),
  );
});

it("says what cancelling releases before it is done", async () => {
  const { desk, path } = planned();
  const { user } = open(path.replace("?tab=staff", ""), desk);
  await heading("Wedding Haddad");
  await user.click(screen.getByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: "Cancel event…" }));
  const dialog = await screen.findByRole("dialog", { name: "Cancel this event?" });
  const list = await within(dialog).findByRole("list", { name: "9 bookings will be released" });
  expect(list).toHaveTextContent(/60 × Chair, white/);
  await expectAccessible(dialog);
});

it("asks before archiving releases bookings, and archives at once where there are none", async () => {
  const { desk, event, path } = planned();
  event.status = "completed";
  const { user } = open(path.replace("?tab=staff", ""), desk);
  await user.click(await screen.findByRole("button", { name: "Archive" }));
  const dialog = await screen.findByRole("dialog", { name: "Archive this event?" });
  await within(dialog).findByRole("list", { name: "9 bookings will be released" });
  await user.click(within(dialog).getByRole("button", { name: "Archive event" }));
  await asked(desk, "event_archive");
  await screen.findByText("Archived Wedding Haddad");
});

const taken = (event: OfficeEvent) =>
  refusal(
    "Ana Ruiz is already booked: Gala Okafor, 6 Dec 14:00–17:00. Projector is marked as not available.",
    {
      details: {
        kind: "moving_clashes",
        clashes: [
          {
            entry_id: "a",
            resource_id: "r",
            resource: "Ana Ruiz",
            quantity: 1,
            needed: 1,
            free: 0,
            conflicts: [
              {
                entry_id: "x",
                event_id: null,
                title: "Gala Okafor",
                starts_at: event.starts_at,
                ends_at: event.ends_at,
                quantity: 1,
                kind: "assignment",
              },
            ],
          },
          {
            entry_id: "b",
            resource_id: "p",
            resource: "Projector",
            quantity: 1,
            needed: 1,
            free: 0,
            conflicts: [],
          },
        ],
        time_zone: "Europe/Madrid",
        may_override: true,
      },
    },
  );

async function moveEvent(desk: FakeDesk, event: OfficeEvent) {
  const { user } = open(`/events/${event.id}/edit`, desk);
  await heading("Edit Wedding Haddad");
  const start = screen.getByLabelText("Start time");
  await user.clear(start);
  await user.type(start, "18:00");
  await screen.findByText(/Its 9 bookings move along/);
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  const dialog = await screen.findByRole("dialog", { name: "Not everything is free at the new time" });
  return { user, dialog };
}

it("moves an event whose bookings clash: goes back, or releases them", async () => {
  const { desk, event } = planned();
  desk.refuse("event_edit", taken(event)).refuse("event_edit", taken(event));
  const { user, dialog } = await moveEvent(desk, event);
  expect(desk.asked("event_edit")[0]?.moving).toEqual({ kind: "refuse" });
  const list = within(dialog).getByRole("list", { name: "Bookings that clash" });
  expect(list).toHaveTextContent(/Ana Ruiz.*Gala Okafor.*14:00–17:00.*Projector.*not available/);
  expect(dialog).toHaveTextContent("2 bookings of this event clash.");
  await expectAccessible(dialog);
  await user.click(within(dialog).getByRole("button", { name: "Back to the form" }));
  expect(screen.getByLabelText("Start time")).toHaveValue("18:00");
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  const again = await screen.findByRole("dialog", { name: "Not everything is free at the new time" });
  const save = within(again).getByRole("button", { name: "Save and move the event" });
  expect(save).toHaveAccessibleDescription("Choose what to do first.");
  await user.click(within(again).getByRole("radio", { name: /Release them/ }));
  await user.click(save);
  expect((await asked(desk, "event_edit", 3))[2]?.moving).toEqual({ kind: "release" });
  await heading("Wedding Haddad");
});

it("moves an event and keeps what clashes with a reason", async () => {
  const { desk, event } = planned();
  desk.refuse("event_edit", taken(event));
  const { user, dialog } = await moveEvent(desk, event);
  await user.click(within(dialog).getByRole("radio", { name: /Keep them, with a reason/ }));
  await user.type(within(dialog).getByLabelText("Reason for the overlap"), "Same house");
  await user.click(within(dialog).getByRole("button", { name: "Save and move the event" }));
  expect((await asked(desk, "event_edit", 2))[1]?.moving).toEqual({ kind: "override", reason: "Same house" });
  await heading("Wedding Haddad");
});
