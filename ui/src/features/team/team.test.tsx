import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeDesk, live, refusal, session } from "@/testing/fake-desk";
import { joinLink } from "@/testing/fake-team";
import { asked, expectAccessible, heading, open } from "@/testing/render";
// Read before the clock of the first test runs.
import "./TeamScreen";

const members = () => screen.findByRole("table", { name: "Members" });
const idOf = (desk: FakeDesk, name: string) =>
  desk.team.members.find((member) => member.display_name === name)?.membership_id;

/** A desk of somebody who may not change the team. */
function onlooker() {
  const desk = new FakeDesk();
  desk.session = { ...session, role: "manager", permissions: ["tasks.status"] };
  desk.state = { phase: "ready", session: desk.session };
  return desk;
}

function offline() {
  const desk = new FakeDesk();
  desk.sync = { ...live, state: "offline" };
  return desk;
}

describe("members", () => {
  it("are listed with role, e-mail and the person on the staff list they are", async () => {
    open("/team");
    const rows = within(await members());
    expect(rows.getByRole("row", { name: /^Pilar Novák/ })).toHaveTextContent(
      "youpilar@olivar.examplenot on it",
    );
    expect(rows.getByRole("button", { name: "Role of Kofi Johansson: Staff" })).toBeInTheDocument();
    expect(within(rows.getByRole("row", { name: /^Kofi/ })).getByRole("link")).toHaveAttribute(
      "href",
      expect.stringContaining("/resources/"),
    );
    expect(rows.queryByText("Björn Tanaka")).not.toBeInTheDocument();
    expect(screen.getByRole("region", { name: "Former members" })).toHaveTextContent("Björn Tanaka");
    await expectAccessible();
  });

  it("get another role at once, and undo is offered", async () => {
    const { desk, user } = open("/team");
    await members();
    await user.click(screen.getByRole("button", { name: "Role of Hanna O'Brien: Manager" }));
    await expectAccessible();
    await user.click(await screen.findByRole("menuitem", { name: "Staff" }));
    const [input] = await asked(desk, "member_role");
    expect(input).toMatchObject({ membership_id: idOf(desk, "Hanna O'Brien"), role: "staff" });
    await screen.findByRole("button", { name: "Role of Hanna O'Brien: Staff" });
    await user.click(await screen.findByRole("button", { name: /^Undo/ }));
    expect((await asked(desk, "undo"))[0]?.target).toBe(input?.command_id);
  });

  it("keep the role that they must not lose, with the reason", async () => {
    const desk = new FakeDesk();
    desk.team.members = desk.team.members.filter((member) => member.display_name !== "Zoë Łukasik");
    const { user } = open("/team", desk);
    await members();
    await user.click(screen.getByRole("button", { name: "Role of Pilar Novák: Administrator" }));
    const staff = await screen.findByRole("menuitem", { name: /^Staff/ });
    expect(staff).toHaveTextContent("An organization needs at least one administrator.");
    expect(staff).toHaveAttribute("aria-disabled", "true");
  });

  it("are asked before they give up being an administrator", async () => {
    const { desk, user } = open("/team");
    await members();
    await user.click(screen.getByRole("button", { name: "Role of Pilar Novák: Administrator" }));
    await user.click(await screen.findByRole("menuitem", { name: "Manager" }));
    const dialog = await screen.findByRole("dialog", { name: "Become Manager yourself?" });
    expect(desk.asked("member_role")).toHaveLength(0);
    await user.click(within(dialog).getByRole("button", { name: "Become Manager" }));
    expect((await asked(desk, "member_role"))[0]).toMatchObject({ role: "manager" });
  });

  it("are renamed; a name that is refused is named beside its field", async () => {
    const desk = new FakeDesk().refuse(
      "member_rename",
      refusal("That name holds letters nobody can see.", { code: "invalid", field: "display_name" }),
    );
    const { user } = open("/team", desk);
    await members();
    await user.click(screen.getByRole("button", { name: "More about Kofi Johansson" }));
    await user.click(await screen.findByRole("menuitem", { name: "Rename…" }));
    const dialog = await screen.findByRole("dialog", { name: "Rename Kofi Johansson" });
    const field = within(dialog).getByLabelText("Name");
    await user.clear(field);
    await user.type(field, "Kofi J. Johansson{Enter}");
    await waitFor(() => expect(field).toBeInvalid());
    await user.click(within(dialog).getByRole("button", { name: "Rename" }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(desk.asked("member_rename")[1]).toMatchObject({ display_name: "Kofi J. Johansson" });
    await screen.findByRole("row", { name: /^Kofi J\. Johansson/ });
  });

  it("lose access only after a question that says what happens, and can be taken back", async () => {
    const { desk, user } = open("/team");
    await members();
    await user.click(screen.getByRole("button", { name: "More about Iñaki Müller" }));
    await user.click(await screen.findByRole("menuitem", { name: "End access…" }));
    const dialog = await screen.findByRole("dialog", { name: "End the access of Iñaki Müller?" });
    expect(dialog).toHaveTextContent("Their devices lose this organization at once");
    expect(desk.asked("member_end")).toHaveLength(0);
    await user.click(within(dialog).getByRole("button", { name: "End access" }));
    await asked(desk, "member_end");
    await user.click(await screen.findByRole("button", { name: "Take Iñaki Müller back" }));
    expect((await asked(desk, "member_reinstate"))[0]).toMatchObject({
      membership_id: idOf(desk, "Iñaki Müller"),
    });
    await screen.findByRole("row", { name: /^Iñaki Müller/ });
  });

  it("cannot end their own access, and read why", async () => {
    const { user } = open("/team");
    await members();
    await user.click(screen.getByRole("button", { name: "More about Pilar Novák" }));
    expect(await screen.findByRole("menuitem", { name: /^End access/ })).toHaveTextContent(
      "You cannot end your own access. Ask another administrator.",
    );
  });

  it("get a link for a new password, shown once, and the dialog is not closed without it by accident", async () => {
    const { user } = open("/team");
    await members();
    await user.click(screen.getByRole("button", { name: "More about Hanna O'Brien" }));
    await user.click(await screen.findByRole("menuitem", { name: "Link for a new password…" }));
    await user.click(await screen.findByRole("button", { name: "Make the link" }));
    const dialog = await screen.findByRole("dialog", { name: "A new password for Hanna O'Brien" });
    expect(within(dialog).getByRole("textbox", { name: "Link" })).toHaveValue(joinLink);
    expect(dialog).toHaveTextContent("It works for 15 minutes, once.");
    await expectAccessible();
    await user.keyboard("{Escape}");
    await within(dialog).findByText(/The link has not been copied/);
    await user.click(within(dialog).getByRole("button", { name: "Copy link" }));
    await within(dialog).findByRole("button", { name: "Copied" });
    expect(await navigator.clipboard.readText()).toBe(joinLink);
    await user.keyboard("{Escape}");
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
  });

  it("keep their password where the server says that this is not ours to change", async () => {
    const sentence =
      "This person also belongs to an organization that you do not administer, so only they can change their password.";
    const desk = new FakeDesk().refuse("member_reset_link", refusal(sentence, { code: "not_permitted" }));
    const { user } = open("/team", desk);
    await members();
    await user.click(screen.getByRole("button", { name: "More about Hanna O'Brien" }));
    await user.click(await screen.findByRole("menuitem", { name: "Link for a new password…" }));
    await user.click(await screen.findByRole("button", { name: "Make the link" }));
    await screen.findByText(sentence);
    expect(screen.queryByRole("textbox", { name: "Link" })).not.toBeInTheDocument();
  });
});

describe("inviting", () => {
  it("asks who, as what and which person on the staff list, and shows the link", async () => {
    const { desk, user } = open("/team");
    await members();
    await user.click(screen.getByRole("button", { name: "Invite a colleague" }));
    const dialog = await screen.findByRole("dialog", { name: "Invite a colleague" });
    await user.click(within(dialog).getByRole("button", { name: "Invite" }));
    await within(dialog).findByText("That is not an e-mail address.");
    expect(desk.asked("member_invite")).toHaveLength(0);
    await expectAccessible();
    await user.type(within(dialog).getByLabelText("E-mail"), "ngozi@olivar.example");
    const person = within(dialog).getByRole("combobox", { name: /^Person on the staff list/ });
    await user.click(person);
    const option = (await screen.findAllByRole("option"))[0] as HTMLElement;
    const name = desk.schedule.resources.find((one) => option.textContent?.startsWith(one.name));
    await user.click(option);
    expect(within(dialog).getByLabelText("Name")).toHaveValue(name?.name);
    await user.click(within(dialog).getByRole("combobox", { name: "Role" }));
    await user.click(await screen.findByRole("option", { name: "Manager" }));
    await user.click(within(dialog).getByRole("button", { name: "Invite" }));
    const [input] = await asked(desk, "member_invite");
    expect(input).toMatchObject({
      email: "ngozi@olivar.example",
      display_name: name?.name,
      role: "manager",
      resource_id: name?.id,
    });
    expect(await screen.findByRole("textbox", { name: "Link" })).toHaveValue(joinLink);
    expect(screen.getByText(/^It works once, until/)).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Copy link" }));
    await user.click(await screen.findByRole("button", { name: "Invite another" }));
    expect(await screen.findByLabelText("E-mail")).toHaveValue("");
    await user.click(screen.getByRole("button", { name: "Back" }));
    const list = await screen.findByRole("list", { name: "Open invitations" });
    await waitFor(() => expect(list).toHaveTextContent("ngozi@olivar.example"));
  });

  it("says when somebody with a sign-in was added without a link", async () => {
    const { user } = open("/team?invite=true");
    const dialog = await screen.findByRole("dialog", { name: "Invite a colleague" });
    await user.type(within(dialog).getByLabelText("E-mail"), "ada@brisa.example");
    await user.type(within(dialog).getByLabelText("Name"), "Ada Brisa");
    await user.click(within(dialog).getByRole("button", { name: "Invite" }));
    const added = await screen.findByRole("dialog", { name: "Added to the team" });
    expect(added).toHaveTextContent("ada@brisa.example had a sign-in on this server already");
    expect(screen.queryByRole("textbox", { name: "Link" })).not.toBeInTheDocument();
  });

  it("names what the server refuses beside its field", async () => {
    const { user } = open("/team?invite=true");
    const dialog = await screen.findByRole("dialog", { name: "Invite a colleague" });
    await user.type(within(dialog).getByLabelText("E-mail"), "hanna@olivar.example");
    await user.type(within(dialog).getByLabelText("Name"), "Hanna");
    await user.click(within(dialog).getByRole("button", { name: "Invite" }));
    await waitFor(() => expect(within(dialog).getByLabelText("E-mail")).toBeInvalid());
    expect(dialog).toHaveTextContent("Somebody with this e-mail address is a member already.");
  });

  it("offers administrator only to administrators", async () => {
    const desk = new FakeDesk();
    desk.session = { ...session, role: "manager" };
    desk.state = { phase: "ready", session: desk.session };
    const { user } = open("/team?invite=true", desk);
    const dialog = await screen.findByRole("dialog", { name: "Invite a colleague" });
    await user.click(within(dialog).getByRole("combobox", { name: "Role" }));
    await screen.findByRole("option", { name: "Manager" });
    expect(screen.queryByRole("option", { name: "Administrator" })).not.toBeInTheDocument();
  });

  it("can be withdrawn; earlier ones say what became of them", async () => {
    const desk = new FakeDesk();
    for (const one of desk.team.invitations.slice(0, 1)) {
      one.expires_at = new Date(Date.now() + 86_400_000).toISOString();
    }
    const { user } = open("/team", desk);
    await members();
    await user.click(
      await screen.findByRole("button", { name: "Withdraw the link for lucia@olivar.example" }),
    );
    expect((await asked(desk, "invitation_withdraw"))[0]?.id).toBe(desk.team.invitations[0]?.id);
    await screen.findByText("Nobody is on the way in.");
    await user.click(screen.getByRole("button", { name: /^Show earlier ones/ }));
    const past = screen.getByRole("list", { name: "Earlier invitations" });
    expect(past).toHaveTextContent(/withdrawn/);
    expect(past).toHaveTextContent(/used/);
    expect(past).toHaveTextContent(/ran out/);
    await expectAccessible();
  });
});

describe("the permission matrix", () => {
  it("counts at once; administrators are fixed", async () => {
    const { desk, user } = open("/team");
    await heading("Team & permissions");
    await user.click(await screen.findByRole("tab", { name: "Permissions" }));
    const grid = await screen.findByRole("grid", { name: "Permissions" });
    const cell = within(grid).getByRole("checkbox", { name: "Manager may create events" });
    expect(cell).not.toBeChecked();
    expect(within(grid).getByRole("checkbox", { name: "Manager may assign tasks to people" })).toBeChecked();
    expect(within(grid).queryByRole("checkbox", { name: /^Administrator/ })).not.toBeInTheDocument();
    await expectAccessible();
    await user.click(cell);
    const [input] = await asked(desk, "matrix_set");
    expect(input).toMatchObject({ role: "manager", permission: "events.create", granted: true });
    await waitFor(() => expect(cell).toBeChecked());
    await screen.findByRole("button", { name: /^Undo/ });
  });

  it("is one stop for Tab; arrows go from cell to cell", async () => {
    const { desk, user } = open("/team?tab=permissions");
    const grid = await screen.findByRole("grid", { name: "Permissions" });
    const at = (name: string) => within(grid).getByRole("checkbox", { name });
    expect(
      within(grid)
        .getAllByRole("checkbox")
        .filter((cell) => cell.tabIndex === 0),
    ).toHaveLength(1);
    at("Manager may create events").focus();
    await user.keyboard("{ArrowDown}{ArrowRight}");
    expect(at("Staff may change events")).toHaveFocus();
    expect(at("Staff may change events")).toHaveProperty("tabIndex", 0);
    await user.keyboard(" ");
    expect((await asked(desk, "matrix_set"))[0]).toMatchObject({ role: "staff", permission: "events.edit" });
    await user.keyboard("{End}");
    expect(at("Staff may change members and what they may do")).toHaveFocus();
  });

  it("shows again how it was when the change is refused", async () => {
    const desk = new FakeDesk().refuse("matrix_set", refusal("Somebody else was faster."));
    const { user } = open("/team?tab=permissions", desk);
    const cell = await screen.findByRole("checkbox", { name: "Staff may add clients" });
    await user.click(cell);
    await screen.findByText("Somebody else was faster.");
    await waitFor(() => expect(cell).not.toBeChecked());
  });

  it("is only to be read without the permission, and offline, with the reason", async () => {
    const { desk, user, unmount } = open("/team?tab=permissions", onlooker());
    const cell = await screen.findByRole("checkbox", { name: "Staff may add clients" });
    expect(cell).toHaveAttribute("aria-disabled", "true");
    await user.click(cell);
    expect(desk.asked("matrix_set")).toHaveLength(0);
    screen.getByText("You may not change members and what they may do.");
    unmount();
    const other = open("/team?tab=permissions", offline());
    await other.user.click(await screen.findByRole("checkbox", { name: "Staff may add clients" }));
    expect(other.desk.asked("matrix_set")).toHaveLength(0);
    expect(screen.getAllByText(/Offline: changes need the server/).length).toBeGreaterThan(0);
  });
});

it("shows the team without anything to press to those who may not change it", async () => {
  open("/team", onlooker());
  const table = await members();
  expect(within(table).queryByRole("button")).not.toBeInTheDocument();
  expect(within(table).getByRole("row", { name: /^Hanna/ })).toHaveTextContent("Manager");
  expect(screen.queryByRole("region", { name: "Invitations" })).not.toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Invite a colleague" })).toHaveAccessibleDescription(
    "You may not invite people in this organization.",
  );
});

it("offline says why nothing can be changed and that invitations cannot be shown", async () => {
  open("/team", offline());
  await members();
  const role = screen.getByRole("button", { name: "Role of Hanna O'Brien: Manager" });
  await waitFor(() => expect(role).toHaveAccessibleDescription(/^Offline: changes need the server/));
  screen.getByText("The server keeps these, and cannot be asked just now.");
  await expectAccessible();
});

it("says what went wrong and tries again", async () => {
  const desk = new FakeDesk().refuse("team", refusal("The copy could not be read.", { code: "internal" }));
  const { user } = open("/team", desk);
  await screen.findByText("The copy could not be read.");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await members();
});

it("follows what others change", async () => {
  const { desk } = open("/team");
  await members();
  const [, hanna] = desk.team.members;
  if (hanna) {
    hanna.role = "administrator";
  }
  await desk.tell("replica_changed", { tables: ["memberships"] });
  await screen.findByRole("button", { name: "Role of Hanna O'Brien: Administrator" });
});
