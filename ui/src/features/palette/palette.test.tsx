import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, live } from "@/testing/fake-desk";
import type { OfficeEvent } from "@/testing/office";
import { asked, expectAccessible, heading, open } from "@/testing/render";

function withEvent(patch: Partial<OfficeEvent> = {}) {
  const desk = new FakeDesk();
  const event = desk.office.events[20] as OfficeEvent;
  Object.assign(event, { name: "Quinceañera Vega", status: "planning", is_archived: false, ...patch });
  return { desk, event };
}

async function palette(desk = new FakeDesk()) {
  const opened = open("/events", desk);
  await heading("Events");
  await opened.user.keyboard("{Control>}k{/Control}");
  const dialog = await screen.findByRole("dialog", { name: "Find or do anything" });
  return { ...opened, dialog };
}

it("finds an event from its first letters and advances it, by keyboard alone", async () => {
  const { desk, event } = withEvent();
  const { user, dialog } = await palette(desk);
  await expectAccessible(dialog);
  await user.keyboard("Quin");
  const hit = await within(dialog).findByRole("option", { name: /Quinceañera Vega/ });
  await waitFor(() => expect(hit).toHaveAttribute("aria-selected", "true"));
  await user.keyboard("{Enter}");
  await within(dialog).findByRole("option", { name: /^Move to Preparation/ });
  await user.keyboard("prepar");
  await waitFor(() =>
    expect(within(dialog).getByRole("option", { name: /^Move to Preparation/ })).toHaveAttribute(
      "aria-selected",
      "true",
    ),
  );
  await user.keyboard("{Enter}");
  const [input] = await asked(desk, "event_advance");
  expect(input).toMatchObject({ event_id: event.id, to: "preparation" });
  await waitFor(() =>
    expect(screen.queryByRole("dialog", { name: "Find or do anything" })).not.toBeInTheDocument(),
  );
});

it("opens what was found, and goes back a step with Escape", async () => {
  const { desk, event } = withEvent();
  const { user, dialog } = await palette(desk);
  await user.keyboard("Quin");
  await within(dialog).findByRole("option", { name: /Quinceañera Vega/ });
  await user.keyboard("{Enter}");
  await within(dialog).findByRole("option", { name: "Open" });
  await user.keyboard("{Escape}");
  await within(dialog).findByRole("option", { name: /^New event/ });
  await user.keyboard("Quin");
  await within(dialog).findByRole("option", { name: /Quinceañera Vega/ });
  await user.keyboard("{Enter}");
  await within(dialog).findByRole("option", { name: "Open" });
  await user.keyboard("{Enter}");
  await heading("Quinceañera Vega");
  expect(window.location.hash).toBe(`#/events/${event.id}`);
});

it("says why something found cannot be archived now, and cancels with a reason", async () => {
  const { desk, event } = withEvent();
  const { user, dialog } = await palette(desk);
  await user.keyboard("Quin");
  await within(dialog).findByRole("option", { name: /Quinceañera Vega/ });
  await user.keyboard("{Enter}");
  const archive = await within(dialog).findByRole("option", { name: /^Archive/ });
  expect(archive).toHaveAttribute("aria-disabled", "true");
  expect(archive).toHaveTextContent("can be archived");
  await user.keyboard("cancel{Enter}");
  const ask = await screen.findByRole("dialog", { name: "Cancel this event?" });
  await user.type(within(ask).getByLabelText("Reason"), "Postponed");
  await user.click(within(ask).getByRole("button", { name: "Cancel event" }));
  const [input] = await asked(desk, "event_cancel");
  expect(input).toMatchObject({ event_id: event.id, reason: "Postponed" });
});

it("does things: theme, going places, switching organization, signing out", async () => {
  const { desk, user } = open("/events");
  await heading("Events");
  const act = async (words: string, name: RegExp) => {
    await user.keyboard("{Control>}k{/Control}");
    const dialog = await screen.findByRole("dialog", { name: "Find or do anything" });
    await waitFor(() => expect(within(dialog).getByRole("combobox")).toHaveFocus());
    await user.keyboard(words);
    await waitFor(() =>
      expect(within(dialog).getByRole("option", { name })).toHaveAttribute("aria-selected", "true"),
    );
    await user.keyboard("{Enter}");
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
  };
  await act("dark", /dark theme/);
  expect(document.documentElement.dataset.theme).toBe("dark");
  await act("system", /system's theme/);
  expect(document.documentElement.dataset.theme).toBeUndefined();
  await act("go to clients", /clients/);
  await heading("Clients");
  await act("switch to", /Switch to Brisa Banquets/);
  await asked(desk, "organization_switch");
  await screen.findByRole("button", { name: "Organization: Brisa Banquets" });
  await act("sign out", /Sign out/);
  await heading("Sign in");
});

it("says when nothing fits", async () => {
  const { user } = await palette();
  await user.keyboard("ZZzz");
  await screen.findByText("Nothing found for “ZZzz”.");
});

it("offers no changes offline, with the reason", async () => {
  const desk = new FakeDesk();
  desk.sync = { ...live, state: "offline" };
  const { dialog } = await palette(desk);
  const act = within(dialog).getByRole("option", { name: /^New event/ });
  expect(act).toHaveAttribute("aria-disabled", "true");
  expect(act).toHaveTextContent("Offline: changes need the server.");
});

it("finds a resource and shows its month", async () => {
  const desk = new FakeDesk();
  const { user, dialog } = await palette(desk);
  await user.keyboard("Chair");
  const hit = await within(dialog).findByRole("option", { name: /Chair, white/ });
  expect(hit).toHaveTextContent("Resource");
  await waitFor(() => expect(hit).toHaveAttribute("aria-selected", "true"));
  await user.keyboard("{Enter}");
  await within(dialog).findByRole("option", { name: "Edit" });
  await user.keyboard("month{Enter}");
  await heading("Chair, white");
  expect(screen.getByRole("button", { name: "Month" })).toHaveAttribute("aria-pressed", "true");
});

it("asks before archiving what it found releases bookings", async () => {
  const { desk, event } = withEvent({ status: "completed" });
  const { user, dialog } = await palette(desk);
  await user.keyboard("Quin");
  await within(dialog).findByRole("option", { name: /Quinceañera Vega/ });
  await user.keyboard("{Enter}");
  await within(dialog).findByRole("option", { name: /^Archive/ });
  await user.keyboard("archive{Enter}");
  const ask = await screen.findByRole("dialog", { name: "Archive this event?" });
  await user.click(within(ask).getByRole("button", { name: "Archive event" }));
  const [input] = await asked(desk, "event_archive");
  expect(input).toMatchObject({ event_id: event.id });
});
