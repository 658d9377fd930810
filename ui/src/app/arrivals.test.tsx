import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { AppState, Arrival } from "@/ipc/types";
import { FakeDesk } from "@/testing/fake-desk";
import { asked, expectAccessible, heading, open } from "@/testing/render";

const serverLink = "cloche://server?host=db.example.org&db=cloche&id=x";
const firstRun: AppState = { phase: "first_run", known: [] };

async function arrive(desk: FakeDesk, arrival: Arrival) {
  desk.comfort.waiting = arrival;
  await desk.tell("arrival", null);
}

it("opens the record that Cloche was started with", async () => {
  const desk = new FakeDesk();
  const event = desk.office.events[3];
  desk.comfort.waiting = { kind: "record", record: "event", id: event?.id ?? "", event_id: null };
  open("/today", desk);
  await heading(event?.name ?? "");
});

it("opens what comes while it is open: a task in its event, a client, a resource, today", async () => {
  const { desk } = open("/events");
  await heading("Events");
  const [task, client, resource] = [desk.tasks[0], desk.office.clients[0], desk.schedule.resources[0]];
  const record = { kind: "record" as const, event_id: null };
  await arrive(desk, { ...record, record: "task", id: task?.id ?? "", event_id: task?.event_id ?? "" });
  await waitFor(() =>
    expect(window.location.hash).toContain(`/events/${task?.event_id}?tab=tasks&task=${task?.id}`),
  );
  await arrive(desk, { ...record, record: "client", id: client?.id ?? "" });
  await waitFor(() => expect(window.location.hash).toBe(`#/clients/${client?.id}`));
  await arrive(desk, { ...record, record: "resource", id: resource?.id ?? "" });
  await waitFor(() => expect(window.location.hash).toContain(`#/resources/${resource?.id}`));
  await arrive(desk, { kind: "today" });
  await waitFor(() => expect(window.location.hash).toBe("#/today"));
});

it("says why nothing comes of a link, and stays where it is", async () => {
  const { desk } = open("/events");
  await heading("Events");
  await arrive(desk, { kind: "refused", message: "That was not a Cloche link, so nothing was opened." });
  await screen.findByText("That was not a Cloche link, so nothing was opened.");
  await heading("Events");
});

it("fills a server's link in on the first screen, and connects only when told to", async () => {
  const desk = new FakeDesk();
  desk.state = firstRun;
  desk.comfort.waiting = { kind: "connect", link: serverLink, invitation: false };
  const { user } = open("/", desk);
  await heading("Connect to a server");
  expect(screen.getByRole("textbox", { name: "Server link" })).toHaveValue(serverLink);
  expect(desk.asked("server_connect")).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Connect" }));
  expect(await asked(desk, "server_connect")).toEqual([{ link: serverLink }]);
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});

it("fills an invitation in where the first screen is open already", async () => {
  const desk = new FakeDesk();
  desk.state = firstRun;
  open("/", desk);
  await heading("Welcome to Cloche");
  await arrive(desk, { kind: "connect", link: "cloche://join?x", invitation: true });
  await heading("Your invitation");
  expect(screen.getByRole("textbox", { name: "Invitation link" })).toHaveValue("cloche://join?x");
  expect(desk.asked("join_describe")).toEqual([]);
});

it("asks before it leaves an open office for a link", async () => {
  const { desk, user } = open("/events");
  await heading("Events");
  await arrive(desk, { kind: "connect", link: serverLink, invitation: false });
  const dialog = await screen.findByRole("dialog", { name: "Connect to another server?" });
  await expectAccessible(dialog);
  await user.click(within(dialog).getByRole("button", { name: "Stay here" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  expect(desk.asked("app_choose")).toEqual([]);

  await arrive(desk, { kind: "connect", link: serverLink, invitation: false });
  const again = await screen.findByRole("dialog", { name: "Connect to another server?" });
  await user.click(within(again).getByRole("button", { name: "Go on with the link" }));
  await heading("Connect to a server");
  expect(screen.getByRole("textbox", { name: "Server link" })).toHaveValue(serverLink);
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});

it("says that what is not saved goes when a link leads elsewhere", async () => {
  const { desk, user } = open("/events/new");
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Half typed");
  await arrive(desk, { kind: "connect", link: serverLink, invitation: false });
  const dialog = await screen.findByRole("dialog", { name: "Connect to another server?" });
  expect(dialog).toHaveTextContent("What you did not save or copy yet is lost.");
});

it("keeps a record's link until somebody has signed in", async () => {
  const desk = new FakeDesk();
  const ready = desk.state;
  desk.state = { phase: "sign_in", server: desk.session.server, email: null, message: null };
  desk.comfort.waiting = { kind: "waiting", message: "Sign in, and Cloche opens what the link names." };
  open("/", desk);
  await screen.findByText("Sign in, and Cloche opens what the link names.");
  const event = desk.office.events[3];
  desk.comfort.waiting = { kind: "record", record: "event", id: event?.id ?? "", event_id: null };
  await desk.tell("app_state", ready);
  await heading(event?.name ?? "");
});

it("copies the link of an event", async () => {
  const desk = new FakeDesk();
  const event = desk.office.events[3];
  const { user } = open(`/events/${event?.id}`, desk);
  await heading(event?.name ?? "");
  await user.click(screen.getByRole("button", { name: "More actions" }));
  await user.click(await screen.findByRole("menuitem", { name: "Copy link" }));
  await screen.findByText(/^Link copied/);
  expect(await navigator.clipboard.readText()).toBe(
    `cloche://event/${event?.id}?office=${desk.session.organization.id}`,
  );
});

it("copies the link of a client", async () => {
  const desk = new FakeDesk();
  const client = desk.office.clients[0];
  const { user } = open(`/clients/${client?.id}`, desk);
  await user.click(await screen.findByRole("button", { name: "Copy link" }));
  await screen.findByText(/^Link copied/);
  expect(await navigator.clipboard.readText()).toContain(`cloche://client/${client?.id}`);
});
