import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, refusal } from "@/testing/fake-desk";
import { asked, expectAccessible, heading, open } from "@/testing/render";

const lastFilter = (desk: FakeDesk) => desk.asked("event_list").at(-1)?.filter as Record<string, unknown>;

it("asks only for the page that is near the eye", async () => {
  const { desk } = open("/events", new FakeDesk(1400));
  const table = await screen.findByRole("grid", { name: "Events" });
  expect(Number(table.getAttribute("aria-rowcount"))).toBeGreaterThan(1300);
  expect(within(table).getAllByRole("row").length).toBeLessThan(60);
  expect(desk.asked("event_list").every((input) => input.limit === 100)).toBe(true);
  await expectAccessible();
});

it("filters by status, type, text and archived, and keeps the filters in the address", async () => {
  const { desk, user } = open();
  await screen.findByRole("grid", { name: "Events" });
  await user.click(screen.getByRole("button", { name: "Status: Any status" }));
  await user.click(await screen.findByRole("checkbox", { name: "Planning" }));
  await waitFor(() => expect(lastFilter(desk).statuses).toEqual(["planning"]));
  await user.keyboard("{Escape}");

  await user.click(screen.getByRole("combobox", { name: "Event type" }));
  await user.click(await screen.findByRole("option", { name: "wedding" }));
  await waitFor(() => expect(lastFilter(desk).event_type).toBe("wedding"));

  await user.click(screen.getByRole("combobox", { name: "Archived" }));
  await user.click(await screen.findByRole("option", { name: "With archived" }));
  await waitFor(() => expect(lastFilter(desk).archived).toBe("with"));

  await user.type(screen.getByRole("searchbox", { name: "Search events by text" }), "tanaka");
  await waitFor(() => expect(lastFilter(desk).text).toBe("tanaka"));
  expect(decodeURIComponent(window.location.hash)).toContain("planning");
  expect(window.location.hash).toContain("text=tanaka");

  await user.click(screen.getByRole("button", { name: "Clear filters" }));
  await waitFor(() => expect(window.location.hash).toBe("#/events"));
  expect(screen.getByRole("button", { name: "Status: Any status" })).toBeInTheDocument();
  expect(screen.getByRole("searchbox")).toHaveValue("");
});

it("filters by client and by dates, whole days in the organization's zone", async () => {
  const { desk, user } = open("/events?from=%222026-11-21%22&until=%222026-11-22%22");
  await asked(desk, "event_list");
  expect(lastFilter(desk)).toMatchObject({
    from: "2026-11-20T23:00:00.000Z",
    until: "2026-11-22T23:00:00.000Z",
  });
  await user.type(await screen.findByRole("combobox", { name: "Client" }), "peñ");
  const option = (await screen.findAllByRole("option", { name: /Peña/ }))[0];
  await user.click(option as HTMLElement);
  await waitFor(() => expect(lastFilter(desk).client_id).toMatch(/^0190c0c0/));
});

it("begins with what is coming, the nearest first, and comes back to it", async () => {
  const { desk, user } = open();
  const table = await screen.findByRole("grid", { name: "Events" });
  expect(desk.asked("event_list")[0]?.sort).toEqual({ by: "coming", descending: false });
  const [first] = within(table).getAllByRole("row").slice(1);
  const coming = desk.office.events
    .filter((event) => !event.is_archived && event.starts_at >= "2026-11-19T23:00:00Z")
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  expect(first).toHaveTextContent(coming[0]?.name ?? "no event");
  expect(screen.getByRole("status", { name: "Count" })).toHaveTextContent("what is coming first");
  const press = () => user.click(screen.getByRole("button", { name: "When" }));
  const sorted = (by: string, descending: boolean) =>
    waitFor(() => expect(desk.asked("event_list").at(-1)?.sort).toEqual({ by, descending }));
  await press();
  await sorted("starts_at", false);
  await press();
  await sorted("starts_at", true);
  await press();
  await waitFor(() => expect(window.location.hash).toBe("#/events"));
  expect(screen.getByRole("columnheader", { name: "When" })).not.toHaveAttribute("aria-sort");
});

it("shows an event whose status only a newer Cloche knows, as that", async () => {
  const desk = new FakeDesk();
  for (const event of desk.office.events) {
    event.status = "tasting" as never;
  }
  open("/events", desk);
  const table = await screen.findByRole("grid", { name: "Events" });
  expect(within(table).getAllByText("Needs a newer Cloche").length).toBeGreaterThan(0);
});

it("sorts by a heading, and the other way round on the second press", async () => {
  const { desk, user } = open();
  await user.click(await screen.findByRole("button", { name: "Event" }));
  await waitFor(() =>
    expect(desk.asked("event_list").at(-1)?.sort).toEqual({ by: "name", descending: false }),
  );
  await user.click(screen.getByRole("button", { name: "Event" }));
  await waitFor(() =>
    expect(desk.asked("event_list").at(-1)?.sort).toEqual({ by: "name", descending: true }),
  );
  expect(screen.getByRole("columnheader", { name: "Event" })).toHaveAttribute("aria-sort", "descending");
});

it("moves with j and k and opens with Enter; n makes a new event", async () => {
  const { user } = open();
  await screen.findByRole("grid", { name: "Events" });
  await user.keyboard("jjk{Enter}");
  await waitFor(() => expect(window.location.hash).toMatch(/#\/events\/0190e0e0/));
  await screen.findByRole("tab", { name: "Overview" });
  await user.keyboard("n");
  await heading("New event");
});

it("reads the list again when the shell says that events changed", async () => {
  const { desk } = open();
  await screen.findByRole("grid", { name: "Events" });
  const before = desk.asked("event_list").length;
  await desk.tell("replica_changed", { tables: ["events"] });
  await asked(desk, "event_list", before + 1);
});

it("says what belongs there while there are no events, and what to do when nothing fits", async () => {
  const desk = new FakeDesk();
  desk.office = { clients: [], events: [], activity: [] };
  const { user } = open("/events", desk);
  await screen.findByText("Your events will be here.");
  expect(screen.getByRole("button", { name: "Import your books" })).toBeInTheDocument();
  await expectAccessible();
  await user.type(screen.getByRole("searchbox"), "nobody");
  await screen.findByText("No event fits these filters.");
});

it("shows a failure with its reference and reads again on request", async () => {
  const desk = new FakeDesk();
  desk.refuse(
    "event_list",
    refusal("The events could not be read.", { code: "internal", reference: "A1B2" }),
  );
  const { user } = open("/events", desk);
  await screen.findByText("The events could not be read.");
  expect(screen.getByRole("alert")).toHaveTextContent("Reference A1B2");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByRole("grid", { name: "Events" });
});

it("shows names with markup, right-to-left and emoji as they are", async () => {
  const desk = new FakeDesk();
  const name = "<img src=x onerror=alert(1)> حفل زفاف 🎂";
  for (const event of desk.office.events) {
    event.name = name;
  }
  const { container } = open("/events", desk);
  expect((await screen.findAllByText(name)).length).toBeGreaterThan(0);
  expect(container.querySelector("img")).toBeNull();
});
