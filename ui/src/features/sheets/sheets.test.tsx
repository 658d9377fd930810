import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, refusal } from "@/testing/fake-desk";
import { me } from "@/testing/fake-tasks";
import { asked, expectAccessible, open } from "@/testing/render";

it("an event's sheet has its facts, whom to call, what to do, and who and what is there", async () => {
  const desk = new FakeDesk();
  const event = desk.office.events.find((one) => one.status === "planning" && !one.is_archived);
  const client = desk.office.clients.find((one) => one.id === event?.client_id);
  if (!event || !client) {
    throw new Error("the invented office has a planned event");
  }
  Object.assign(event, { name: "Wedding Haddad", location: "Finca El Olivar", notes: "North gate" });
  Object.assign(client, { contact_name: "Zoë Haddad", phone: "+34 600 117 400" });
  const { user } = open(`/events/${event.id}/sheet`, desk);
  const sheet = await screen.findByRole("article", { name: "Sheet of Wedding Haddad" });
  expect(sheet).toHaveTextContent("Finca El Olivar");
  expect(sheet).toHaveTextContent("Zoë Haddad · +34 600 117 400");
  expect(sheet).toHaveTextContent("North gate");
  expect(within(sheet).getByRole("table", { name: "Tasks before the event" })).toHaveTextContent(
    "Confirm headcount",
  );
  const staff = within(sheet).getByRole("table", { name: "Staff and equipment" });
  expect(staff).toHaveTextContent("Hanna O'Brien");
  expect(
    within(staff)
      .getAllByRole("columnheader")
      .map((cell) => cell.textContent),
  ).toEqual(["When", "Who or what", "Kind", "For"]);
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Print" }));
  await asked(desk, "window_print");
});

it("a person's day has where to be and what to do, and goes from day to day", async () => {
  const desk = new FakeDesk();
  const entry = desk.schedule.entries.find((one) => one.resource_id === me && one.event_id !== null);
  Object.assign(entry ?? {}, { starts_at: "2026-11-20T15:00:00Z", ends_at: "2026-11-20T21:00:00Z" });
  const { user } = open(`/resources/${me}/day/2026-11-20`, desk);
  const sheet = await screen.findByRole("article", { name: "Hanna O'Brien, Friday 20 November" });
  expect(within(sheet).getByRole("table", { name: "Where to be" })).toHaveTextContent("16:00–22:00");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "The day after" }));
  await screen.findByRole("article", { name: "Hanna O'Brien, Saturday 21 November" });
  expect((await asked(desk, "person_day", 2))[1]).toEqual({ resource_id: me, date: "2026-11-21" });
});

it("shows a failure and reads again on request", async () => {
  const desk = new FakeDesk();
  desk.refuse("event_sheet", refusal("The event could not be read.", { code: "internal" }));
  const { user } = open(`/events/${desk.office.events[20]?.id}/sheet`, desk);
  await screen.findByText("The event could not be read.");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByRole("article");
});
