import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, refusal } from "@/testing/fake-desk";
import { asked, expectAccessible, heading, open } from "@/testing/render";

it("lists the devices and revokes one after asking", async () => {
  const { desk, user } = open("/settings");
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
  const { user } = open("/settings", desk);
  await heading("Devices & password");
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
