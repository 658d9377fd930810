import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, refusal, session } from "@/testing/fake-desk";
import { asked, expectAccessible, open } from "@/testing/render";

const rows = async () =>
  within(await screen.findByRole("list", { name: "Backups" })).getAllByRole("listitem");

it("lists the backups with when, why and how big, the newest first", async () => {
  open("/settings/backups");
  const list = await rows();
  expect(list).toHaveLength(5);
  expect(list[0]).toHaveTextContent("Automatic · 1.4 MB");
  expect(list[2]).toHaveTextContent("Made by hand");
  expect(list[4]).toHaveTextContent("Before another was restored");
  await expectAccessible();
});

it("backs up now and says that it was found whole", async () => {
  const { desk, user } = open("/settings/backups");
  await user.click(await screen.findByRole("button", { name: "Back up now" }));
  await asked(desk, "backup_now");
  await screen.findByText("Backed up: 1.5 MB, read again and found whole.");
  await waitFor(async () => expect(await rows()).toHaveLength(6));
});

it("says why a backup could not be written", async () => {
  const desk = new FakeDesk();
  desk.refuse("backup_now", refusal("The disk is full. Make some space and try again; nothing was lost."));
  const { user } = open("/settings/backups", desk);
  await user.click(await screen.findByRole("button", { name: "Back up now" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The disk is full.");
  expect(await rows()).toHaveLength(5);
});

it("saves a copy, and says nothing when nobody chose a place", async () => {
  const desk = new FakeDesk();
  desk.next("backup_save", () => null);
  const { user } = open("/settings/backups", desk);
  const save = await screen.findByRole("button", { name: "Save a copy…" });
  await user.click(save);
  await asked(desk, "backup_save");
  expect(screen.queryByText(/^Saved as/)).toBeNull();
  await user.click(save);
  await screen.findByText("Saved as Olivar Catering 2026-11-20.cloche-backup, 1.5 MB.");
});

it("says what going back would lose before it does so", async () => {
  const { desk, user } = open("/settings/backups");
  const [, , byHand] = await rows();
  await user.click(within(byHand as HTMLElement).getByRole("button", { name: /^Restore/ }));
  const dialog = await screen.findByRole("dialog", { name: /^Go back to/ });
  expect(dialog).toHaveTextContent("64 events, 23 clients, 310 tasks and 128 bookings");
  expect(dialog).toHaveTextContent("12 changes have been made since and will be gone");
  expect(dialog).toHaveTextContent("made by Marco Ibáñez and Pilar Novák");
  await expectAccessible();
  expect(desk.asked("backup_restore")).toHaveLength(0);
  await user.click(within(dialog).getByRole("button", { name: "Restore" }));
  const [input] = await asked(desk, "backup_restore");
  expect(input).toEqual({ source: { from: "kept", name: "2026-11-18T070400Z-by_hand.cloche-backup" } });
  await screen.findByText(/^Restored\. Your office is as it was/);
});

it("does not restore a backup that is damaged", async () => {
  const desk = new FakeDesk();
  const damaged = "This backup is damaged: the part with clients is not as it was written.";
  desk.refuse("backup_contents", refusal(damaged));
  const { user } = open("/settings/backups", desk);
  const [first] = await rows();
  await user.click(within(first as HTMLElement).getByRole("button", { name: /^Restore/ }));
  const dialog = await screen.findByRole("dialog", { name: "Go back to this backup?" });
  await within(dialog).findByText(damaged);
  expect(within(dialog).getByRole("button", { name: "Restore" })).toHaveAttribute("aria-disabled", "true");
});

it("restores a file that was picked", async () => {
  const { desk, user } = open("/settings/backups");
  await user.click(await screen.findByRole("button", { name: "Restore from a file…" }));
  const dialog = await screen.findByRole("dialog", { name: /^Go back to/ });
  await user.click(within(dialog).getByRole("button", { name: "Restore" }));
  expect((await asked(desk, "backup_restore"))[0]).toEqual({ source: { from: "picked" } });
  expect(desk.asked("backup_contents")).toHaveLength(0);
});

it("moves the office, shows everybody's link once, and says where it went", async () => {
  const desk = new FakeDesk();
  desk.refuse(
    "office_move",
    refusal("The server does not take this owner name and password.", { code: "invalid", field: "password" }),
  );
  const { user } = open("/settings/backups", desk);
  await user.click(await screen.findByRole("button", { name: "Move to a shared server…" }));
  const dialog = await screen.findByRole("dialog", { name: "Move Olivar Catering to a shared server" });
  const move = within(dialog).getByRole("button", { name: "Move the office" });
  expect(move).toHaveAttribute("aria-disabled", "true");
  await user.type(within(dialog).getByLabelText("Server link"), "cloche://server?host=db");
  await user.type(within(dialog).getByLabelText("Owner's password"), "secret");
  await expectAccessible();
  await user.click(move);
  await within(dialog).findByText("The server does not take this owner name and password.");
  await user.click(move);
  expect((await asked(desk, "office_move", 2))[1]).toEqual({
    link: "cloche://server?host=db",
    owner: "postgres",
    password: "secret",
  });
  const links = await screen.findByRole("dialog", { name: "Your office is on db.olivar.example now" });
  const done = within(links).getByRole("button", { name: "Done" });
  expect(done).toHaveAttribute("aria-disabled", "true");
  await expectAccessible();
  await user.click(within(links).getByRole("button", { name: "Copy the link for Marco Ibáñez" }));
  expect(await navigator.clipboard.readText()).toBe(desk.backups.moved.links[1]?.link);
  expect(done).toHaveAttribute("aria-disabled", "true");
  await user.click(within(links).getByRole("button", { name: "Copy all" }));
  expect(await navigator.clipboard.readText()).toContain("Pilar Novák <pilar@olivar.example>");
  await user.click(done);
  expect(await screen.findByRole("status", { name: "Moved" })).toHaveTextContent(
    "Moved to db.olivar.example",
  );
  await user.click(screen.getByRole("button", { name: "Open it here again…" }));
  const again = await screen.findByRole("dialog", { name: "Open the office here again?" });
  expect(again).toHaveTextContent("The office on db.olivar.example stays open too.");
  await expectAccessible();
  expect(desk.asked("office_open_again")).toHaveLength(0);
  await user.click(within(again).getByRole("button", { name: "Open it here again" }));
  await screen.findByRole("button", { name: "Move to a shared server…" });
  await waitFor(() => expect(screen.queryByRole("status", { name: "Moved" })).toBeNull());
});

it("does not lose links that nobody copied to a failed answer or to another screen", async () => {
  const { desk, user } = open("/settings/backups");
  await user.click(await screen.findByRole("button", { name: "Move to a shared server…" }));
  await user.type(await screen.findByLabelText("Server link"), "cloche://server?host=db");
  desk.refuse("backup_list", refusal("The folder cannot be read just now."));
  await user.click(screen.getByRole("button", { name: "Move the office" }));
  await asked(desk, "backup_list", 2);
  const name = "Your office is on db.olivar.example now";
  await screen.findByRole("dialog", { name });
  desk.comfort.waiting = { kind: "today" };
  await desk.tell("arrival", null);
  const question = await screen.findByRole("dialog", { name: "Leave without the link?" });
  await user.click(within(question).getByRole("button", { name: "Stay here" }));
  await waitFor(() => expect(question).not.toBeInTheDocument());
  expect(window.location.hash).toBe("#/settings/backups");
  await user.click(within(screen.getByRole("dialog", { name })).getByRole("button", { name: "Copy all" }));
  desk.comfort.waiting = { kind: "today" };
  await desk.tell("arrival", null);
  await waitFor(() => expect(window.location.hash).toBe("#/today"));
});

it("stays while it restores or compares: what is under way cannot be called off", async () => {
  const { desk, user } = open("/settings/backups");
  for (const [command, opener, go, stay] of [
    ["backup_restore", "Restore from a file…", "Restore", "Leave it as it is"],
    ["office_move_finish", "Finish a move…", "Compare and close here", "Stay here"],
  ] as const) {
    const finish = desk.hold(command);
    await user.click(await screen.findByRole("button", { name: opener }));
    const dialog = await screen.findByRole("dialog");
    const receipt = within(dialog).queryByLabelText("Receipt");
    if (receipt) {
      await user.type(receipt, "cloche://moved?n=1");
    }
    await user.click(within(dialog).getByRole("button", { name: go }));
    await asked(desk, command);
    expect(within(dialog).getByRole("button", { name: stay })).toHaveAttribute("aria-disabled", "true");
    await user.keyboard("{Escape}");
    expect(dialog).toBeVisible();
    finish();
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
  }
});

it("finishes a move with the receipt of whoever restored the copy", async () => {
  const desk = new FakeDesk();
  const changed = "Your office was changed after the copy was saved.";
  desk.refuse("office_move_finish", refusal(changed));
  const { user } = open("/settings/backups", desk);
  await user.click(await screen.findByRole("button", { name: "Finish a move…" }));
  const dialog = await screen.findByRole("dialog", { name: "Finish a move to a server" });
  const finish = within(dialog).getByRole("button", { name: "Compare and close here" });
  expect(finish).toHaveAttribute("aria-disabled", "true");
  await user.type(within(dialog).getByLabelText("Receipt"), "cloche://moved?n=1");
  await expectAccessible();
  await user.click(finish);
  await within(dialog).findByText(changed);
  await user.click(finish);
  expect((await asked(desk, "office_move_finish", 2))[1]).toEqual({ receipt: "cloche://moved?n=1" });
  await screen.findByText("Everything arrived. Your office is on db.olivar.example now.");
  await screen.findByRole("status", { name: "Moved" });
});

it("is not offered where the office lives on a server, or to anybody but administrators", async () => {
  for (const other of [
    { ...session, server: { ...session.server, kind: "remote" as const } },
    { ...session, role: "manager" as const },
  ]) {
    const desk = new FakeDesk();
    desk.session = other;
    desk.state = { phase: "ready", session: other };
    const { unmount } = open("/settings/backups", desk);
    const menu = await screen.findByRole("navigation", { name: "Settings" });
    expect(within(menu).queryByRole("link", { name: "Backups" })).toBeNull();
    expect(desk.asked("backup_list")).toHaveLength(0);
    unmount();
  }
});

it("brings an office back to life from the first screen", async () => {
  const desk = new FakeDesk();
  desk.state = { phase: "first_run", known: [] };
  desk.refuse("backup_pick", refusal("This file is not a backup of Cloche."));
  const { user } = open("/", desk);
  const pick = await screen.findByRole("button", { name: "Restore from a backup file" });
  await user.click(pick);
  await screen.findByText("This file is not a backup of Cloche.");
  await user.click(pick);
  await screen.findByRole("heading", { level: 1, name: "Restore Olivar Catering" });
  expect(screen.getByRole("combobox", { name: "Who are you?" })).toHaveTextContent("Pilar Novák");
  await user.type(screen.getByLabelText("New password"), "short");
  await user.click(screen.getByRole("button", { name: "Restore" }));
  await screen.findByText("The password does not meet both points yet.");
  await expectAccessible();
  await user.type(screen.getByLabelText("New password"), " but longer now");
  await user.click(screen.getByRole("button", { name: "Restore" }));
  expect((await asked(desk, "first_run_restore"))[0]).toEqual({
    email: "pilar@olivar.example",
    password: "short but longer now",
    keep: "keychain",
  });
  await screen.findByRole("navigation", { name: "Main" });
});
