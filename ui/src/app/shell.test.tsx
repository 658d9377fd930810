import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, live, refusal } from "@/testing/fake-desk";
import type { OfficeEvent } from "@/testing/office";
import { asked, expectAccessible, heading, open } from "@/testing/render";

const planned = (desk: FakeDesk) => {
  const event = desk.office.events[20] as OfficeEvent;
  Object.assign(event, { name: "Wedding Haddad", status: "planning", is_archived: false });
  return event;
};

it("undoes the latest change with Ctrl-Z, redoes it, and leaves a field's own undo alone", async () => {
  const desk = new FakeDesk();
  const event = planned(desk);
  const { user } = open(`/events/${event.id}`, desk);
  await user.click(await screen.findByRole("button", { name: "Move to Preparation" }));
  await screen.findByText("Moved Wedding Haddad to Preparation");
  await user.keyboard("{Control>}z{/Control}");
  const [undone] = await asked(desk, "undo");
  expect(undone?.target).toBe(desk.asked("event_advance")[0]?.command_id);
  await screen.findByText("Undone");
  await user.keyboard("{Control>}{Shift>}z{/Shift}{/Control}");
  const redone = (await asked(desk, "undo", 2))[1];
  expect(redone?.target).toBe(undone?.command_id);
  await user.keyboard("n");
  await user.type(await screen.findByLabelText("Name"), "x");
  await user.keyboard("{Control>}z{/Control}");
  expect(desk.asked("undo")).toHaveLength(2);
});

it("shows a refused change as a notice that stays until it is read", async () => {
  const desk = new FakeDesk();
  const event = planned(desk);
  desk.refuse("event_advance", refusal("Hanna O'Brien archived this event.", { reference: "9C1D" }));
  const { user } = open(`/events/${event.id}`, desk);
  await user.click(await screen.findByRole("button", { name: "Move to Preparation" }));
  await screen.findByText("Hanna O'Brien archived this event.");
  expect(screen.getByText("Reference 9C1D")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Undo" })).not.toBeInTheDocument();
});

it("shows how this desk's copy stands, as it changes", async () => {
  const { desk } = open("/events");
  await screen.findByRole("grid", { name: "Events" });
  await waitFor(() => expect(screen.getByRole("status", { name: "Sync" })).toHaveTextContent("Up to date"));
  await desk.tell("sync_status", { ...live, state: "offline" });
  await waitFor(() =>
    expect(screen.getByRole("status", { name: "Sync" })).toHaveTextContent(/^Offline · as of/),
  );
  expect(screen.getByRole("button", { name: "New event" })).toHaveAccessibleDescription(/^Offline/);
  await expectAccessible();
  await desk.tell("sync_status", { ...live, state: "old_copy" });
  await waitFor(() =>
    expect(screen.getByRole("status", { name: "Connection" })).toHaveTextContent("Older copy"),
  );
});

it("shows how far the first copy is, above screens that can be used already", async () => {
  const desk = new FakeDesk();
  desk.sync = {
    state: "first_sync",
    as_of: null,
    rows_done: 500,
    rows_total: 2000,
    message: null,
    server_ahead_ms: 0,
  };
  open("/events", desk);
  const bar = await screen.findByRole("progressbar", { name: "Getting your office's books…" });
  expect(bar).toHaveAttribute("aria-valuenow", "25");
  await screen.findByRole("grid", { name: "Events" });
});

it("forgets what was read for one organization when another is opened", async () => {
  const { desk, user } = open("/events");
  await screen.findByRole("grid", { name: "Events" });
  const before = desk.asked("event_list").length;
  await user.click(screen.getByRole("button", { name: "Organization: Olivar Catering" }));
  await user.click(await screen.findByRole("menuitem", { name: "Brisa Banquets" }));
  await screen.findByRole("button", { name: "Organization: Brisa Banquets" });
  await asked(desk, "event_list", before + 1);
});

it("comes back to the list as it was left", async () => {
  const { user } = open("/events?text=tanaka");
  await screen.findByRole("grid", { name: "Events" });
  await user.click(screen.getByRole("link", { name: "Clients" }));
  await heading("Clients");
  await user.click(screen.getByRole("link", { name: "Events" }));
  await waitFor(() => expect(screen.getByRole("searchbox")).toHaveValue("tanaka"));
});

it("leads from a place that does not exist to Today", async () => {
  const { user } = open("/nowhere");
  await screen.findByText("There is nothing here.");
  await user.click(screen.getByRole("button", { name: "Go to Today" }));
  await waitFor(() => expect(window.location.hash).toBe("#/today"));
});
