import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, refusal } from "@/testing/fake-desk";
import type { OfficeClient } from "@/testing/office";
import { asked, expectAccessible, heading, open } from "@/testing/render";

const someone = (desk: FakeDesk) => desk.office.clients[3] as OfficeClient;

it("lists clients and finds them by text", async () => {
  const { desk, user } = open("/clients");
  await screen.findByRole("grid", { name: "Clients" });
  await expectAccessible();
  await user.type(screen.getByRole("searchbox", { name: "Search clients by text" }), "nobody at all");
  await waitFor(() => expect(desk.asked("client_list").at(-1)?.text).toBe("nobody at all"));
  await screen.findByText("No client fits.");
});

it("shows how to reach a client and every event they had", async () => {
  const desk = new FakeDesk();
  const client = someone(desk);
  open(`/clients/${client.id}`, desk);
  await heading(client.company_name);
  const events = await screen.findByRole("list", { name: "Events of this client" });
  expect(within(events).getAllByRole("link")).toHaveLength(client.events);
  expect(screen.getByRole("button", { name: "Delete client" })).toHaveAccessibleDescription(/has \d+ events/);
  await expectAccessible();
});

it("creates and edits a client", async () => {
  const { desk, user } = open("/clients/new");
  await heading("New client");
  await user.click(screen.getByRole("button", { name: "Create client" }));
  await screen.findByText("Give the client a name.");
  await user.type(screen.getByLabelText("Company name"), "  Brisa Banquets ");
  await user.type(screen.getByLabelText(/^E-mail/), "hello@brisa.example");
  await user.click(screen.getByRole("button", { name: "Create client" }));
  const [made] = await asked(desk, "client_create");
  expect(made?.form).toMatchObject({
    company_name: "Brisa Banquets",
    email: "hello@brisa.example",
    phone: null,
  });
  await heading("Brisa Banquets");
  await screen.findByText("No events yet.");
  await user.click(screen.getByRole("button", { name: "Edit" }));
  await heading("Edit Brisa Banquets");
  await user.type(screen.getByLabelText(/^Phone/), "+34 600");
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  const [edited] = await asked(desk, "client_edit");
  expect(edited?.base).toMatchObject({ phone: null });
  expect(edited?.form).toMatchObject({ phone: "+34 600" });
});

it("deletes a client without events, after asking, and can undo it", async () => {
  const desk = new FakeDesk();
  const client = someone(desk);
  desk.office.events = [];
  const { user } = open(`/clients/${client.id}`, desk);
  await user.click(await screen.findByRole("button", { name: "Delete client" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete this client?" });
  await user.click(within(dialog).getByRole("button", { name: "Delete client" }));
  await heading("Clients");
  await user.keyboard("{Control>}z{/Control}");
  const [undone] = await asked(desk, "undo");
  expect(undone?.target).toBe(desk.asked("client_delete")[0]?.command_id);
});

it("shows both values when two desks changed the same field of a client", async () => {
  const desk = new FakeDesk();
  const client = someone(desk);
  const before = client.contact_name;
  const { user } = open(`/clients/${client.id}/edit`, desk);
  const contact = await screen.findByLabelText(/^Contact/);
  await user.clear(contact);
  await user.type(contact, "Mine");
  desk.next("client_edit", () => {
    client.contact_name = "Theirs";
    throw refusal("Changed meanwhile.", {
      code: "conflict",
      details: {
        table: "clients",
        id: client.id,
        fields: [{ field: "contact_name", yours: "Mine", theirs: "Theirs", before }],
      },
    });
  });
  await user.click(screen.getByRole("button", { name: "Save changes" }));
  const dialog = await screen.findByRole("dialog");
  await user.click(within(dialog).getByRole("radio", { name: /Keep mine\s*Mine/ }));
  await user.click(within(dialog).getByRole("button", { name: "Save my choice" }));
  const inputs = await asked(desk, "client_edit", 2);
  expect(inputs[1]).toMatchObject({ form: { contact_name: "Mine" }, base: { contact_name: "Theirs" } });
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
});
