import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeDesk, refusal, session } from "@/testing/fake-desk";
import { joinLink, offer } from "@/testing/fake-team";
import { asked, expectAccessible, heading, open } from "@/testing/render";

/** The office's own screens have come. */
const inOffice = () => screen.findByRole("navigation", { name: "Main" });

function fresh(): FakeDesk {
  const desk = new FakeDesk();
  desk.state = { phase: "first_run", known: [] };
  return desk;
}

function signedOut(message: string | null = null): FakeDesk {
  const desk = new FakeDesk();
  desk.state = { phase: "sign_in", server: session.server, email: session.email, message };
  return desk;
}

describe("first run", () => {
  it("offers three ways to begin", async () => {
    open("/", fresh());
    await heading("Welcome to Cloche");
    for (const name of ["Explore with sample data", "Use this computer", "Connect to a server"]) {
      expect(screen.getByRole("button", { name })).toBeInTheDocument();
    }
    await expectAccessible();
  });

  it("shows how far the sample is and then lands in the office", async () => {
    const desk = fresh();
    const release = desk.hold("first_run_sample");
    const { user } = open("/", desk);
    await user.click(await screen.findByRole("button", { name: "Explore with sample data" }));
    await screen.findByText("Preparing sample data…");
    await desk.tell("set_up_progress", { step: "Starting the database", done: 1, of: 4 });
    await screen.findByRole("progressbar", { name: "Starting the database" });
    release();
    await inOffice();
  });

  it("sets this computer up with what was filled in and guessed", async () => {
    const desk = fresh();
    const { user } = open("/", desk);
    await user.click(await screen.findByRole("button", { name: "Use this computer" }));
    await user.type(screen.getByLabelText("Organization"), "Brisa Banquets");
    await user.type(screen.getByLabelText("Your name"), "Zoë Haddad");
    await user.type(screen.getByLabelText("E-mail"), "zoe@brisa.example");
    await user.type(screen.getByLabelText("Password"), "short");
    await user.click(screen.getByRole("button", { name: "Set up" }));
    await screen.findByText("The password does not meet both points yet.");
    expect(desk.asked("first_run_local")).toHaveLength(0);
    await expectAccessible();
    await user.type(screen.getByLabelText("Password"), " but longer now");
    await user.click(screen.getByRole("button", { name: "Set up" }));
    const [input] = await asked(desk, "first_run_local");
    expect(input).toMatchObject({
      organization_name: "Brisa Banquets",
      your_name: "Zoë Haddad",
      email: "zoe@brisa.example",
      password: "short but longer now",
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      keep: "keychain",
    });
    await inOffice();
  });

  it("connects by a link and asks to sign in there; a bad link is named beside the field", async () => {
    const desk = fresh().refuse(
      "server_connect",
      refusal("This is not a server link.", { code: "invalid", field: "link" }),
    );
    const { user } = open("/", desk);
    await user.click(await screen.findByRole("button", { name: "Connect to a server" }));
    await user.type(screen.getByLabelText("Server link"), "cloche://server?h=x");
    await user.click(screen.getByRole("button", { name: "Connect" }));
    await waitFor(() => expect(screen.getByLabelText("Server link")).toBeInvalid());
    expect(screen.getByRole("alert")).toHaveTextContent("This is not a server link.");
    await user.click(screen.getByRole("button", { name: "Connect" }));
    await heading("Sign in");
  });
});

describe("setting a server up", () => {
  async function filled(desk: FakeDesk, host: string) {
    const { user } = open("/", desk);
    await user.click(await screen.findByRole("button", { name: "Set up a server" }));
    await heading("Set up a server");
    await user.type(screen.getByLabelText("Host"), host);
    await user.type(screen.getByLabelText("Owner's password"), "the owner's");
    await user.type(screen.getByLabelText("Organization"), "Brisa Banquets");
    await user.type(screen.getByLabelText("Your name"), "Zoë Haddad");
    await user.type(screen.getByLabelText("E-mail"), "zoe@brisa.example");
    await user.type(screen.getByLabelText("Password"), "four words are easiest");
    return user;
  }
  const setUp = () => screen.getByRole("button", { name: "Set up" });

  it("hands over what was filled in, and lands in the office", async () => {
    const desk = fresh();
    const user = await filled(desk, "db.brisa.example");
    await user.click(setUp());
    await screen.findByText(/has to prove who it is/);
    expect(desk.asked("server_set_up")).toHaveLength(0);
    await expectAccessible();
    const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
    await user.click(screen.getByLabelText("Certificate authority"));
    await user.paste(pem);
    await user.click(setUp());
    const [input] = await asked(desk, "server_set_up");
    expect(input).toMatchObject({
      host: "db.brisa.example",
      port: 5432,
      owner_name: "postgres",
      owner_password: "the owner's",
      certificate: pem,
      organization_name: "Brisa Banquets",
      email: "zoe@brisa.example",
      password: "four words are easiest",
      keep: "keychain",
    });
    await inOffice();
  });

  it("needs no certificate for a server on this computer", async () => {
    const desk = fresh();
    const user = await filled(desk, "localhost");
    expect(screen.queryByLabelText("Certificate authority")).not.toBeInTheDocument();
    await user.click(setUp());
    const [input] = await asked(desk, "server_set_up");
    expect(input).toMatchObject({ host: "localhost", certificate: null });
  });

  it("says beside the field what stands in the way, and keeps what was typed", async () => {
    const desk = fresh().refuse(
      "server_set_up",
      refusal("The server does not take this owner name and password.", { field: "owner_password" }),
    );
    const user = await filled(desk, "localhost");
    await user.click(setUp());
    await waitFor(() => expect(screen.getByLabelText("Owner's password")).toBeInvalid());
    expect(screen.getByRole("alert")).toHaveTextContent("does not take this owner name and password");
    expect(screen.getByLabelText("Organization")).toHaveValue("Brisa Banquets");
    await user.click(setUp());
    await inOffice();
  });
});

describe("a Cloche that is too old for its server", () => {
  it("says so instead of showing the office, and how to go on", async () => {
    const { desk } = open("/events");
    await heading("Events");
    await desk.tell("app_state", { phase: "update_required", server: session.server, needed: "7.0.0" });
    await heading("Update Cloche to go on");
    expect(screen.getByRole("main")).toHaveTextContent("needs Cloche 7.0.0 or newer");
    expect(screen.queryByRole("grid")).not.toBeInTheDocument();
    await expectAccessible();
    expect(screen.getByRole("button", { name: "Begin another way" })).toBeInTheDocument();
  });
});

describe("signing in", () => {
  it("says so when the password is wrong, and lets one try again", async () => {
    const desk = signedOut().refuse(
      "sign_in",
      refusal("E-mail or password is wrong.", { code: "not_permitted" }),
    );
    const { user } = open("/", desk);
    await user.type(await screen.findByLabelText("Password"), "not this one");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await screen.findByText("E-mail or password is wrong.");
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await inOffice();
  });

  it("asks before keeping nothing where there is no keychain", async () => {
    const desk = signedOut().refuse(
      "sign_in",
      refusal("There is no keychain.", { details: { kind: "no_keychain" } }),
    );
    const { user } = open("/", desk);
    await user.type(await screen.findByLabelText("Password"), "correct horse battery");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await screen.findByRole("region", { name: "No keychain" });
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Keep me signed in until I quit Cloche" }));
    await inOffice();
    expect(desk.asked("sign_in").map((input) => input.keep)).toEqual(["keychain", "until_close"]);
  });

  it("says why one was signed out", async () => {
    open("/", signedOut("This device was revoked by its owner."));
    await screen.findByText("This device was revoked by its owner.");
  });

  it("leads back to the three ways to begin", async () => {
    const { user } = open("/", signedOut());
    await user.click(await screen.findByRole("button", { name: "Begin another way" }));
    await heading("Welcome to Cloche");
  });

  it("sets a new password on the local server", async () => {
    const { user, desk } = open("/", signedOut());
    await user.click(await screen.findByRole("button", { name: "I forgot my password" }));
    await user.type(screen.getByLabelText("New password"), "a quite new password");
    await user.click(screen.getByRole("button", { name: "Set password" }));
    const [input] = await asked(desk, "password_reset_local");
    expect(input).toEqual({ email: session.email, new: "a quite new password" });
    await inOffice();
  });

  it("goes to the sign-in when the shell says that this device was signed out", async () => {
    const { desk } = open("/events");
    await heading("Events");
    await desk.tell("app_state", {
      phase: "sign_in",
      server: session.server,
      email: session.email,
      message: "You were signed out on another device.",
    });
    await heading("Sign in");
    expect(screen.queryByRole("grid")).not.toBeInTheDocument();
  });
});

describe("joining by a link", () => {
  async function withLink(desk: FakeDesk) {
    const { user } = open("/", desk);
    await user.click(await screen.findByRole("button", { name: "I have an invitation link" }));
    await user.type(screen.getByLabelText("Invitation link"), joinLink);
    await user.click(screen.getByRole("button", { name: "Connect" }));
    return user;
  }

  it("says who invites to what, takes name and password, and lands in the office", async () => {
    const desk = fresh();
    const user = await withLink(desk);
    await heading("Join Olivar Catering");
    expect(desk.asked("join_describe")).toEqual([{ link: joinLink }]);
    const page = screen.getByRole("main");
    expect(page).toHaveTextContent("Pilar Novák invites you as a manager");
    expect(page).toHaveTextContent("books.olivar.example as lucia@olivar.example");
    await expectAccessible();
    expect(screen.getByLabelText("Your name")).toHaveValue("Lucía Peña");
    const join = screen.getByRole("button", { name: "Join" });
    expect(join).toHaveAccessibleDescription("Choose a password that meets both points.");
    await user.type(screen.getByLabelText("Password"), "four words are easiest");
    await user.click(join);
    const [input] = await asked(desk, "join_accept");
    expect(input).toEqual({
      link: joinLink,
      display_name: "Lucía Peña",
      password: "four words are easiest",
      keep: "keychain",
    });
    await inOffice();
  });

  it("takes such a link where a server link is asked for, too", async () => {
    const desk = fresh();
    const { user } = open("/", desk);
    await user.click(await screen.findByRole("button", { name: "Connect to a server" }));
    await user.type(screen.getByLabelText("Server link"), `  ${joinLink}`);
    await user.click(screen.getByRole("button", { name: "Connect" }));
    await heading("Join Olivar Catering");
    expect(desk.asked("server_connect")).toHaveLength(0);
  });

  it("says that a link for a new password is one, and asks for no name", async () => {
    const desk = signedOut().next("join_describe", () => ({ ...offer, kind: "reset", invited_by: null }));
    const user = await withLink(desk);
    await heading("Choose a new password");
    expect(screen.getByRole("main")).toHaveTextContent("Your other devices will have to sign in again.");
    expect(screen.queryByLabelText("Your name")).not.toBeInTheDocument();
    await user.type(screen.getByLabelText("New password"), "four other words now{Enter}");
    expect((await asked(desk, "join_accept"))[0]).toMatchObject({ display_name: "Lucía Peña" });
  });

  it("gives the sentence for a link that is over, at once or later, and asks for another", async () => {
    const sentence = "This link was used already, was taken back, or has run out. Ask for a new one.";
    const over = refusal(sentence, { field: "link", details: { kind: "link_over" } });
    const desk = fresh().refuse("join_describe", over).refuse("join_accept", over);
    const user = await withLink(desk);
    await waitFor(() => expect(screen.getByLabelText("Invitation link")).toBeInvalid());
    expect(screen.getByRole("alert")).toHaveTextContent(sentence);
    await user.click(screen.getByRole("button", { name: "Connect" }));
    await heading("Join Olivar Catering");
    await user.type(screen.getByLabelText("Password"), "four words are easiest{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent(sentence);
    expect(screen.queryByRole("button", { name: "Join" })).not.toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Use another link" }));
    expect(screen.getByLabelText("Invitation link")).toHaveValue("");
  });

  it("asks before keeping nothing where there is no keychain", async () => {
    const desk = fresh().refuse(
      "join_accept",
      refusal("There is no keychain.", { details: { kind: "no_keychain" } }),
    );
    const user = await withLink(desk);
    await user.type(await screen.findByLabelText("Password"), "four words are easiest{Enter}");
    await user.click(await screen.findByRole("button", { name: "Keep me signed in until I quit Cloche" }));
    expect((await asked(desk, "join_accept", 2)).map((input) => input.keep)).toEqual([
      "keychain",
      "until_close",
    ]);
  });

  it("names a password that is refused beside its field", async () => {
    const desk = fresh().refuse(
      "join_accept",
      refusal("That password is on a list of common ones.", { code: "invalid", field: "password" }),
    );
    const user = await withLink(desk);
    await user.type(await screen.findByLabelText("Password"), "password password{Enter}");
    await waitFor(() => expect(screen.getByLabelText("Password")).toBeInvalid());
  });

  it("leads to the sign-in, with the reason, where the e-mail had a sign-in already", async () => {
    const message = "You have a sign-in on this server already and were added to the organization.";
    const desk = fresh().next("join_accept", () => ({
      phase: "sign_in",
      server: session.server,
      email: offer.email,
      message,
    }));
    const user = await withLink(desk);
    await user.type(await screen.findByLabelText("Password"), "four words are easiest{Enter}");
    await heading("Sign in");
    screen.getByText(message);
  });
});

it("says why Cloche could not open and tries again", async () => {
  const desk = new FakeDesk();
  const state = desk.state;
  desk.state = {
    phase: "failed",
    error: refusal("The data folder cannot be written to.", { reference: "7F3A-22" }),
  };
  const { user } = open("/", desk);
  await heading("Cloche could not open");
  expect(screen.getByRole("alert")).toHaveTextContent("Reference 7F3A-22");
  desk.state = state;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await inOffice();
});
