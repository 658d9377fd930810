import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { FakeDesk, refusal } from "@/testing/fake-desk";
import { asked, expectAccessible, heading, open } from "@/testing/render";

vi.mock("virtual:licences", () => ({
  default: {
    parts: [
      { name: "inter", version: "5.3.0", licence: "OFL-1.1", kind: "window", texts: [1] },
      { name: "react", version: "19.3.1", licence: "MIT", kind: "window", texts: [0] },
      { name: "zlib", version: "", licence: "Zlib", kind: "program", texts: [] },
    ],
    texts: ["the text of MIT", "the text of the font"],
  },
}));

it("lists the devices and revokes one after asking", async () => {
  const { desk, user } = open("/settings/account");
  const list = await screen.findByRole("list", { name: "Devices" });
  expect(within(list).getAllByRole("listitem")[0]).toHaveTextContent("this device");
  await expectAccessible();
  await user.click(within(list).getByRole("button", { name: "Revoke Kitchen laptop" }));
  const dialog = await screen.findByRole("dialog", { name: "Revoke Kitchen laptop?" });
  await user.click(within(dialog).getByRole("button", { name: "Revoke device" }));
  await asked(desk, "device_revoke");
  await waitFor(() => expect(within(list).getAllByText(/^Revoked/)).toHaveLength(2));
});

it("changes the password; a wrong current one is named beside its field", async () => {
  const desk = new FakeDesk();
  desk.refuse(
    "password_change",
    refusal("That is not your current password.", { code: "invalid", field: "current" }),
  );
  const { user } = open("/settings/account", desk);
  await heading("Settings");
  await screen.findByRole("form", { name: "Change password" });
  const form = screen.getByRole("form", { name: "Change password" });
  await user.type(within(form).getByLabelText("Current password"), "what was it");
  await user.type(within(form).getByLabelText("New password"), "too short");
  const change = within(form).getByRole("button", { name: "Change password" });
  expect(change).toHaveAttribute("aria-disabled", "true");
  await user.type(within(form).getByLabelText("New password"), " no more");
  await user.click(change);
  await screen.findByText("That is not your current password.");
  await user.click(change);
  await screen.findByText("Password changed. Your other devices have to sign in again.");
  expect(desk.asked("password_change")[1]).toEqual({ current: "what was it", new: "too short no more" });
});

it("keeps the chosen appearance", async () => {
  const { user } = open("/settings");
  await user.click(await screen.findByRole("radio", { name: "Dark" }));
  expect(document.documentElement.dataset.theme).toBe("dark");
  await user.click(screen.getByRole("radio", { name: "As the system" }));
  expect(document.documentElement.dataset.theme).toBeUndefined();
});

it("shows general settings first, and any other section at a click", async () => {
  const { user } = open("/settings");
  await heading("Settings");
  const nav = screen.getByRole("navigation", { name: "Settings" });
  await screen.findByRole("region", { name: "On this computer" });
  expect(within(nav).getByRole("link", { name: "General" })).toHaveAttribute("aria-current", "page");
  for (const [word, region] of [
    ["Account & devices", "Password"],
    ["Logs", "Log"],
    ["About", "Licences"],
  ] as const) {
    await user.click(within(nav).getByRole("link", { name: word }));
    await screen.findByRole("region", { name: region });
    expect(within(nav).getByRole("link", { name: word })).toHaveAttribute("aria-current", "page");
  }
});

it("keeps what is chosen for this computer, and says why something cannot be", async () => {
  const { desk, user } = open("/settings/general");
  const close = await screen.findByRole("checkbox", { name: /^Keep Cloche in the tray/ });
  expect(close).toBeDisabled();
  expect(close).toHaveAccessibleDescription("Show what is due in the tray first.");
  await expectAccessible();
  await user.click(screen.getByRole("checkbox", { name: /^Show what is due/ }));
  await waitFor(() => expect(close).toBeEnabled());
  await user.click(close);
  await waitFor(() => expect(close).toBeChecked());
  await user.click(screen.getByRole("checkbox", { name: /^Open Cloche when I sign in/ }));
  await waitFor(() => expect(desk.comfort.choices.autostart.on).toBe(true));
  expect(desk.asked("comfort_set")).toEqual([
    { choice: "tray", on: true },
    { choice: "close_to_tray", on: true },
    { choice: "autostart", on: true },
  ]);
});

it("a choice that the system refuses is off again, with the reason", async () => {
  const desk = new FakeDesk();
  desk.refuse("comfort_set", refusal("This computer shows no tray."));
  const { user } = open("/settings/general", desk);
  await user.click(await screen.findByRole("checkbox", { name: /^Show what is due/ }));
  await screen.findByText("This computer shows no tray.");
  await waitFor(() => expect(screen.getByRole("checkbox", { name: /^Show what is due/ })).not.toBeChecked());
});

it("shows the log, only its problems, and copies just what the desk has redacted", async () => {
  const { user, desk } = open("/settings/logs");
  const log = await screen.findByRole("region", { name: "The last lines of the log" });
  expect(log).toHaveTextContent("the local copy is open");
  expect(screen.getByText("PostgreSQL 17.10 on this computer")).toBeInTheDocument();
  await expectAccessible();
  await user.click(screen.getByRole("checkbox", { name: "Only warnings and errors" }));
  expect(screen.getByRole("region", { name: "The last lines of the log" })).not.toHaveTextContent("INFO");
  await user.click(screen.getByRole("button", { name: "Copy diagnostics" }));
  await screen.findByText("Diagnostics copied. Paste them into your message.");
  expect(await navigator.clipboard.readText()).toBe(desk.comfort.diagnostics.text);
});

it("says so where the log is empty and where the system does not let it copy", async () => {
  const desk = new FakeDesk();
  desk.comfort.diagnostics = { ...desk.comfort.diagnostics, lines: [] };
  const { user } = open("/settings/logs", desk);
  await screen.findByText("The log is empty.");
  vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("no"));
  await user.click(screen.getByRole("button", { name: "Copy diagnostics" }));
  await screen.findByText(/did not let Cloche copy/);
});

it("lists the licences only when asked, finds among them, and shows their texts", async () => {
  const { user } = open("/settings/about");
  await screen.findByText("Version");
  await expectAccessible();
  await user.click(await screen.findByRole("button", { name: "Show all licences" }));
  const search = await screen.findByRole("searchbox", { name: "Find a part or a licence" });
  expect(await screen.findByText("3 parts")).toBeInTheDocument();
  await user.type(search, "ofl");
  expect(screen.getByText("1 of 3 parts")).toBeInTheDocument();
  const parts = screen.getByRole("list", { name: "Parts" });
  expect(within(parts).queryByText("the text of the font")).not.toBeInTheDocument();
  await user.click(within(parts).getByText("inter"));
  await within(parts).findByText("the text of the font");
  await expectAccessible(parts);
});

it("has diagnostics to copy where Cloche cannot even open", async () => {
  const desk = new FakeDesk();
  desk.state = { phase: "failed", error: refusal("The disk is full.", { code: "internal" }) };
  const { user } = open("/", desk);
  await heading("Cloche could not open");
  await user.click(screen.getByRole("button", { name: "Copy diagnostics" }));
  await screen.findByText("Diagnostics copied. Paste them into your message.");
  desk.refuse("diagnostics", refusal("The log cannot be read."));
  await user.click(screen.getByRole("button", { name: "Copy diagnostics" }));
  await screen.findByText("The log cannot be read.");
});
