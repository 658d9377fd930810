import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Status } from "@/ipc/types";
import { FakeDesk, live, refusal } from "@/testing/fake-desk";
import type { OfficeEvent } from "@/testing/office";
import { asked, expectAccessible, heading, open } from "@/testing/render";

function at(status: Status, patch: Partial<OfficeEvent> = {}) {
  const desk = new FakeDesk();
  const event = desk.office.events[20] as OfficeEvent;
  Object.assign(event, { name: "Wedding Haddad", status, is_archived: false, cancel_reason: null, ...patch });
  return { desk, event, path: `/events/${event.id}` };
}

const step = (name: string) =>
  within(screen.getByRole("list", { name: "Status" })).getByRole("button", { name });

it("moves an event on by its stepper, says who did it when, and offers to undo", async () => {
  const { desk, event, path } = at("planning");
  const { user } = open(path, desk);
  await heading("Wedding Haddad");
  expect(step("Planning")).toHaveAttribute("aria-current", "step");
  await expectAccessible();
  const release = desk.hold("event_advance");
  await user.click(step("Preparation"));
  await waitFor(() => expect(step("Preparation")).toHaveAttribute("aria-busy", "true"));
  expect(step("Planning")).toHaveAttribute("aria-current", "step");
  release();
  await waitFor(() => expect(step("Preparation")).toHaveAttribute("aria-current", "step"));
  expect(desk.asked("event_advance")[0]).toMatchObject({ event_id: event.id, to: "preparation" });
  const history = screen.getByRole("list", { name: "Status history" });
  expect(within(history).getAllByRole("listitem")[0]).toHaveTextContent("Pilar Novák");
  await screen.findByText("Moved Wedding Haddad to Preparation");
  await user.click(screen.getByRole("button", { name: "Undo" }));
  const [undone] = await asked(desk, "undo");
  expect(undone).toMatchObject({ target: desk.asked("event_advance")[0]?.command_id, rest: false });
});

it("explains the steps that are not possible and does not take them", async () => {
  const { desk, path } = at("planning");
  const { user } = open(path, desk);
  await heading("Wedding Haddad");
  const completed = step("Completed");
  expect(completed).toHaveAttribute("aria-disabled", "true");
  expect(completed).toHaveAccessibleDescription(/from Planning it cannot become Completed/);
  await user.click(completed);
  expect(desk.asked("event_advance")).toHaveLength(0);
});

it("cancels with a reason, shows it, and reinstates", async () => {
  const { desk, path } = at("preparation");
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: "Cancel event…" }));
  const dialog = await screen.findByRole("dialog", { name: "Cancel this event?" });
  await expectAccessible();
  await user.type(within(dialog).getByLabelText("Reason"), "Flooded venue");
  await user.click(within(dialog).getByRole("button", { name: "Cancel event" }));
  await screen.findByText("Flooded venue");
  await user.click(screen.getByRole("button", { name: "Reinstate" }));
  await asked(desk, "event_reinstate");
});

it("archives, and an archived event only offers to be un-archived", async () => {
  const { desk, path } = at("completed");
  desk.schedule.entries = [];
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("button", { name: "Archive" }));
  await screen.findByText("Archived Wedding Haddad");
  const edit = await screen.findByRole("button", { name: "Edit" });
  await waitFor(() => expect(edit).toHaveAttribute("aria-disabled", "true"));
  expect(edit).toHaveAccessibleDescription("This event is archived; un-archive it first.");
  await user.click(screen.getByRole("button", { name: "Un-archive" }));
  await asked(desk, "event_unarchive");
});

it("lists what happened and undoes one entry; what blocks it is named and the rest can be undone", async () => {
  const { desk, path } = at("planning");
  desk.refuse(
    "undo",
    refusal("Something has changed since.", {
      details: {
        kind: "undo_blocked",
        blocked: [{ table: "events", id: "x", reason: "Hanna O'Brien changed the headcount to 160." }],
      },
    }),
  );
  const { user } = open(path, desk);
  await user.click(await screen.findByRole("tab", { name: "Activity" }));
  const list = await screen.findByRole("list", { name: "Activity" });
  expect(list).toHaveTextContent("Changed headcount 140 → 150");
  await expectAccessible();
  await user.click(within(list).getByRole("button", { name: "Undo: Changed headcount 140 → 150" }));
  const dialog = await screen.findByRole("dialog", { name: "This cannot be undone as a whole" });
  expect(dialog).toHaveTextContent("Hanna O'Brien changed the headcount to 160.");
  await user.click(within(dialog).getByRole("button", { name: "Undo the rest" }));
  const inputs = await asked(desk, "undo", 2);
  expect(inputs[1]).toMatchObject({ target: inputs[0]?.target, rest: true });
});

it("is read-only offline and says so, also for its activity", async () => {
  const { desk, path } = at("planning");
  desk.sync = { ...live, state: "offline" };
  const { user } = open(path, desk);
  await heading("Wedding Haddad");
  expect(await screen.findByRole("status", { name: "Connection" })).toHaveTextContent(
    /Offline · as of .*read-only/,
  );
  for (const button of [screen.getByRole("button", { name: "Edit" }), step("Preparation")]) {
    expect(button).toHaveAttribute("aria-disabled", "true");
    expect(button).toHaveAccessibleDescription(/^Offline: changes need the server/);
  }
  await user.click(step("Preparation"));
  expect(desk.asked("event_advance")).toHaveLength(0);
  await user.click(screen.getByRole("tab", { name: "Activity" }));
  await screen.findByText(/^As of .*later changes are not shown/);
  await desk.tell("sync_status", live);
  await waitFor(() => expect(screen.queryByRole("status", { name: "Connection" })).not.toBeInTheDocument());
  expect(step("Preparation")).not.toHaveAttribute("aria-disabled");
});

it("shows the venue's clock and names its zone where it differs from the desk's", async () => {
  const { desk, path } = at("planning", {
    starts_at: "2026-11-21T03:00:00Z",
    ends_at: "2026-11-21T08:00:00Z",
    time_zone: "Asia/Tokyo",
  });
  open(path, desk);
  await screen.findByText(/12:00–17:00/);
  expect(screen.getByText(/Tokyo time; here/)).toBeInTheDocument();
});
