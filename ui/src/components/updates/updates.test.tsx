import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { UpdateState } from "@/ipc/types";
import { FakeDesk } from "@/testing/fake-desk";
import { offer, upToDate } from "@/testing/fake-updates";
import { asked, expectAccessible, open } from "@/testing/render";
import { UpdateRequired } from "./UpdateRequired";

function deskWith(state: UpdateState): FakeDesk {
  const desk = new FakeDesk();
  desk.update = { ...upToDate, state };
  return desk;
}

const nav = () => screen.findByRole("navigation", { name: "Main" });

it("says nothing while there is nothing new", async () => {
  const desk = new FakeDesk();
  open("/events", desk);
  await asked(desk, "update_status");
  expect(within(await nav()).queryByText(/version/i)).toBeNull();
});

async function offered(desk: FakeDesk, path = "/events") {
  const { user } = open(path, desk);
  await user.click(await within(await nav()).findByRole("button", { name: /^Version 0.2.0/ }));
  return { user, dialog: await screen.findByRole("dialog", { name: "Cloche 0.2.0" }) };
}

it("offers a new version beside the work, gets it, and restarts only when told to", async () => {
  const desk = deskWith({ phase: "available", offer });
  const { user, dialog } = await offered(desk);
  expect(dialog).toHaveTextContent("You use version 0.1.0.");
  expect(dialog).toHaveTextContent("A week’s tasks print on one page.");
  await expectAccessible();
  await user.click(within(dialog).getByRole("button", { name: "Update now" }));
  await within(dialog).findByText("It is here and is installed as soon as you quit Cloche.");
  expect(desk.asked("update_install")).toEqual([{ when: "at_quit" }]);
  await user.click(within(dialog).getByRole("button", { name: "Restart now" }));
  await within(dialog).findByText("Cloche closes now, is replaced, and opens again.");
  expect(desk.asked("update_install")).toEqual([{ when: "at_quit" }, { when: "now" }]);
});

it("asks before it restarts over what was typed", async () => {
  const desk = deskWith({ phase: "at_quit", offer });
  const { user } = open("/events/new", desk);
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Half typed");
  await user.click(await within(await nav()).findByRole("button", { name: "Version 0.2.0 is ready" }));
  await user.click(await screen.findByRole("button", { name: "Restart now" }));
  const question = await screen.findByRole("dialog", { name: "Restart without saving?" });
  await user.click(within(question).getByRole("button", { name: "Keep editing" }));
  await waitFor(() => expect(question).not.toBeInTheDocument());
  expect(desk.asked("update_install")).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Restart now" }));
  await user.click(await screen.findByRole("button", { name: "Restart without saving" }));
  expect(await asked(desk, "update_install")).toEqual([{ when: "now" }]);
});

it("keeps a version for the moment when Cloche quits, and takes that back", async () => {
  const desk = deskWith({ phase: "at_quit", offer });
  const { user, dialog } = await offered(desk);
  await user.click(within(dialog).getByRole("button", { name: "When I quit Cloche" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(desk.asked("update_install")).toEqual([]);
  await user.click(within(await nav()).getByRole("button", { name: "Version 0.2.0 is ready" }));
  await user.click(await screen.findByRole("button", { name: "Do not install" }));
  await screen.findByRole("button", { name: "Update now" });
  expect(desk.asked("update_install")).toEqual([{ when: "later" }]);
});

it("looks again where looking for a version failed, and says what came of it", async () => {
  const message = "The update server cannot be reached. Check the connection and try again.";
  const desk = deskWith({ phase: "failed", message, offer: null });
  const { user } = open("/events", desk);
  await user.click(await within(await nav()).findByRole("button", { name: "Could not update Cloche" }));
  const dialog = await screen.findByRole("dialog", { name: "Updates" });
  expect(within(dialog).getByRole("alert")).toHaveTextContent(message);
  await expectAccessible();
  desk.next("update_check", () => upToDate);
  await user.click(within(dialog).getByRole("button", { name: "Check again" }));
  await within(dialog).findByText("This is the newest version.");
});

it("shows how far the download is, and goes on without it", async () => {
  const { desk, user } = open("/events", deskWith({ phase: "available", offer }));
  await user.click(await within(await nav()).findByRole("button", { name: "Version 0.2.0 is out" }));
  await desk.tell("update_status", {
    ...upToDate,
    state: { phase: "downloading", offer, done: 10_240, of: 40_960 },
  });
  const bar = await screen.findByRole("progressbar", { name: "Download" });
  expect(bar).toHaveAttribute("aria-valuenow", "25");
  expect(screen.getByText("Getting it: 10.0 of 40.0 MB")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Go on working" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(within(await nav()).getByText("Getting version 0.2.0…")).toBeVisible();
});

it("says why an update did not come about and tries again", async () => {
  const message = "The update server cannot be reached. Check the connection and try again.";
  const { desk, user } = open("/events", deskWith({ phase: "failed", message, offer }));
  await user.click(
    await within(await nav()).findByRole("button", { name: "Version 0.2.0 is not installed" }),
  );
  const dialog = await screen.findByRole("dialog", { name: "Cloche 0.2.0" });
  expect(within(dialog).getByRole("alert")).toHaveTextContent(message);
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await asked(desk, "update_install")).toEqual([{ when: "at_quit" }]);
});

it("tells once that it was updated", async () => {
  const desk = new FakeDesk();
  desk.update = { ...upToDate, current: "0.2.7", updated: true };
  open("/events", desk);
  await screen.findByText("Cloche was updated to version 0.2.7.");
});

it("looks for a new version when asked, and not by itself when told so", async () => {
  const { desk, user } = open("/settings/about");
  const section = await screen.findByRole("region", { name: "Updates" });
  await within(section).findByText(/This is the newest version/);
  await user.click(within(section).getByRole("checkbox", { name: "Look for new versions once a day" }));
  expect(await asked(desk, "update_automatic")).toEqual([{ automatic: false }]);
  await user.click(within(section).getByRole("button", { name: "Check now" }));
  await within(section).findByText(/Version 0.2.0 is out/);
  await expectAccessible(section);
});

it("says in the settings how a Cloche without an update server is updated", async () => {
  const reason = "This Cloche was not installed from a package, so it does not update itself.";
  open("/settings/about", deskWith({ phase: "unavailable", reason }));
  await screen.findByText(reason);
  expect(screen.queryByRole("button", { name: "Check now" })).toBeNull();
});

it("leads from a Cloche that is too old to the newer one", async () => {
  const desk = deskWith({ phase: "unknown" });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <UpdateRequired />
    </QueryClientProvider>,
  );
  await screen.findByText(/Faster mornings/);
  expect(desk.asked("update_check")).toHaveLength(1);
  await expectAccessible();
});
