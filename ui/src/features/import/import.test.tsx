import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { FakeDesk, live, refusal } from "@/testing/fake-desk";
import { asked, expectAccessible, heading, open } from "@/testing/render";
// Read before the clock of the first test runs.
import "./ImportScreen";

async function toDryRun(desk = new FakeDesk()) {
  const opened = open("/import", desk);
  await heading("Import & export");
  await opened.user.click(screen.getByRole("button", { name: "Choose a CSV file…" }));
  await opened.user.click(await screen.findByRole("button", { name: "Try it out" }));
  await screen.findByRole("status", { name: "Dry run" });
  return opened;
}

it("goes from the file to the rows: mapping, dry run, question, import, undo", async () => {
  const { desk, user } = open("/import");
  await heading("Import & export");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Choose a CSV file…" }));

  await screen.findByText("events.csv");
  expect(screen.getByRole("combobox", { name: "These rows are" })).toHaveTextContent("Events");
  expect(screen.getByRole("combobox", { name: "Column for Client" })).toHaveTextContent("Client");
  expect(screen.getByRole("row", { name: /^Client/ })).toHaveTextContent("Smith-Jones Weddings 313");
  await expectAccessible();
  await user.click(screen.getByRole("combobox", { name: "Column for Name" }));
  await user.click(await screen.findByRole("option", { name: "not in this file" }));
  const next = screen.getByRole("button", { name: "Try it out" });
  expect(next).toHaveAccessibleDescription("Choose a column for Name.");
  await user.click(screen.getByRole("combobox", { name: "Column for Name" }));
  await user.click(await screen.findByRole("option", { name: "Event" }));
  await user.click(next);

  expect(await screen.findByRole("status", { name: "Dry run" })).toHaveTextContent("14 rows cannot be taken");
  const rows = await screen.findByRole("grid", { name: "Rows of the file" });
  await waitFor(() => expect(rows).toHaveAttribute("aria-rowcount", "15"));
  expect(rows).toHaveTextContent("so 02:30 does not exist");
  await expectAccessible();
  await user.click(screen.getByRole("radio", { name: "Hotel García, Luis García, Sevilla" }));
  await waitFor(() =>
    expect(desk.asked("import_books_preview").at(-1)?.answers).toEqual([
      { key: "client:hotel garcía", choice: "b" },
    ]),
  );
  await user.click(screen.getByRole("button", { name: /^Questions/ }));
  await screen.findByText("No such rows.");

  await user.click(await screen.findByRole("button", { name: /^Import only the valid/ }));
  await screen.findByText(/events imported$/);
  expect(desk.asked("import_books_apply")[0]).toMatchObject({ only_valid: true });
  await user.click(screen.getByRole("button", { name: "Undo the import" }));
  const [undone] = await asked(desk, "undo");
  expect(undone?.target).toBe(desk.asked("import_books_apply")[0]?.command_id);
});

it("does not import all while rows are refused, and says why", async () => {
  await toDryRun();
  expect(screen.getByRole("button", { name: "Import all" })).toHaveAccessibleDescription(
    /Some rows cannot be imported/,
  );
});

it("shows progress and can be stopped", async () => {
  const desk = new FakeDesk();
  const { user } = await toDryRun(desk);
  const release = desk.hold("import_books_apply");
  desk.refuse("import_books_apply", refusal("The import was stopped. Nothing was changed."));
  await user.click(screen.getByRole("button", { name: /^Import only the valid/ }));
  await desk.tell("import_progress", { done: 350, of: 1400, phase: "sending" });
  const bar = await screen.findByRole("progressbar", { name: "Sending the rows…" });
  expect(bar).toHaveAttribute("aria-valuenow", "25");
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  await asked(desk, "import_cancel");
  release();
  await screen.findByText("The import was stopped. Nothing was changed.");
  // The shell has forgotten the file.
  await user.click(screen.getByRole("button", { name: "Start again" }));
  await screen.findByRole("button", { name: "Choose a CSV file…" });
});

it("says what is wrong with a file that cannot be read", async () => {
  const desk = new FakeDesk().refuse("import_pick", refusal("This is no CSV file.", { code: "invalid" }));
  const { user } = open("/import", desk);
  await user.click(await screen.findByRole("button", { name: "Choose a CSV file…" }));
  await screen.findByText("This is no CSV file.");
  expect(screen.queryByRole("list", { name: "Steps" })).not.toBeInTheDocument();
});

it("goes back to the dry run after a refusal, and keeps the answers", async () => {
  const desk = new FakeDesk().refuse("import_books_apply", refusal("Somebody was faster."));
  const { user } = await toDryRun(desk);
  const answer = "Hotel García, Luis García, Sevilla";
  await user.click(screen.getByRole("radio", { name: answer }));
  await waitFor(() => expect(screen.getByRole("button", { name: /^Questions 0/ })).toBeInTheDocument());
  await user.click(screen.getByRole("button", { name: /^Import only the valid/ }));
  await screen.findByText("Somebody was faster.");
  await user.click(screen.getByRole("button", { name: "Back to the dry run" }));
  await screen.findByRole("status", { name: "Dry run" });
  expect(await screen.findByRole("radio", { name: answer })).toBeChecked();
});

it("forgets the opened file when the screen is left", async () => {
  const { desk, user } = await toDryRun();
  await user.click(screen.getByRole("link", { name: "Clients" }));
  const [input] = await asked(desk, "import_cancel");
  const files = desk.asked("import_books_preview")[0]?.files as { source_id: string }[];
  expect(files.map((file) => file.source_id)).toEqual([input?.source_id]);
});

it("reads a file as something else when told so, by its headings", async () => {
  const { user } = open("/import");
  await user.click(await screen.findByRole("button", { name: "Choose a CSV file…" }));
  await user.click(await screen.findByRole("combobox", { name: "These rows are" }));
  await user.click(await screen.findByRole("option", { name: "Tasks" }));
  expect(await screen.findByRole("combobox", { name: "Column for Event" })).toHaveTextContent("Event");
  expect(screen.getByRole("button", { name: "Try it out" })).toHaveAccessibleDescription(
    "Choose a column for Task.",
  );
});

describe("a whole folder", () => {
  async function toFiles(desk = new FakeDesk()) {
    const opened = open("/import", desk);
    await opened.user.click(await screen.findByRole("button", { name: "Choose a folder…" }));
    await screen.findByRole("table", { name: "Files of the folder" });
    return opened;
  }

  it("is shown file by file, with what stays where it is", async () => {
    const { user } = await toFiles();
    expect(screen.getByRole("combobox", { name: "What tasks.csv holds" })).toHaveTextContent("Tasks");
    expect(screen.getByRole("region", { name: "Stays where it is" })).toHaveTextContent("readme.txt");
    const next = screen.getByRole("button", { name: "Try it out" });
    expect(next).toHaveAccessibleDescription(
      "Choose the missing columns of assignments.csv, or leave it out.",
    );
    await expectAccessible();
    await user.click(screen.getByRole("checkbox", { name: "assignments.csv" }));
    expect(next).not.toHaveAttribute("aria-disabled");
    for (const name of ["clients.csv", "events.csv", "resources.csv", "tasks.csv"]) {
      await user.click(screen.getByRole("checkbox", { name }));
    }
    expect(next).toHaveAccessibleDescription("Choose at least one file.");
  });

  it("is tried and imported as one: figures, clashes, history, one undo", async () => {
    const { desk, user } = await toFiles();
    await user.click(screen.getByRole("button", { name: "Columns of assignments.csv" }));
    await user.click(await screen.findByRole("combobox", { name: "Column for Resource" }));
    await user.click(await screen.findByRole("option", { name: "Who" }));
    await user.click(screen.getByRole("button", { name: "Back to the files" }));
    await user.click(await screen.findByRole("checkbox", { name: "clients.csv" }));
    await user.click(screen.getByRole("button", { name: "Try it out" }));

    const status = await screen.findByRole("status", { name: "Dry run" });
    expect(status).toHaveTextContent("1365 events, 70 resources, 5544 tasks, 3160 assignments");
    const asks = desk.asked("import_books_preview")[0]?.files as { kind: string }[];
    expect(asks.map((file) => file.kind)).toEqual(["events", "resources", "tasks", "assignments"]);
    expect(asks[3]).toMatchObject({ mapping: { resource: 0 } });

    const figures = screen.getByRole("table", { name: "Files" });
    expect(within(figures).getByRole("row", { name: /^assignments/ })).toHaveTextContent("3,2003,160320800");
    // What needs a look is shown first.
    expect(within(figures).getByRole("radio", { name: /^events/ })).toBeChecked();
    await expectAccessible();
    await user.click(within(figures).getByRole("radio", { name: /^assignments/ }));
    const rows = await screen.findByRole("grid", { name: "Rows of the file" });
    await waitFor(() => expect(rows).toHaveAttribute("aria-rowcount", "9"));
    expect(rows).toHaveTextContent("Resource: Ana Ruiz is already booked: Wedding García");
    await user.click(within(figures).getByRole("radio", { name: /^tasks/ }));
    await user.click(await screen.findByRole("button", { name: /^As history 7/ }));
    await waitFor(() =>
      expect(screen.getByRole("grid", { name: "Rows of the file" })).toHaveTextContent(
        "New, as historyPrint place cards #12It was completed although",
      ),
    );

    await user.click(screen.getByRole("radio", { name: "Leave these rows out" }));
    await waitFor(() => expect(desk.asked("import_books_preview")).toHaveLength(2));
    await user.click(await screen.findByRole("button", { name: /^Import only the valid/ }));
    await screen.findByText(/^Imported 1372 events, 70 resources, 5544 tasks, 3160 assignments\.$/);
    const [input] = desk.asked("import_books_apply");
    expect(input).toMatchObject({ only_valid: true });
    expect(input?.source_ids).toHaveLength(4);
    await user.click(screen.getByRole("button", { name: "Undo the import" }));
    expect((await asked(desk, "undo"))[0]?.target).toBe(input?.command_id);
  });

  it("says what is wrong with a folder that holds nothing", async () => {
    const sentence = "There are no lists in this folder that Cloche can read.";
    const desk = new FakeDesk().refuse("import_pick_folder", refusal(sentence, { code: "invalid" }));
    const { user } = open("/import", desk);
    await user.click(await screen.findByRole("button", { name: "Choose a folder…" }));
    await screen.findByText(sentence);
  });
});

describe("export", () => {
  it("says where the books are and what is in them", async () => {
    const { user } = open("/import");
    await user.click(await screen.findByRole("button", { name: "Export the books…" }));
    const told = await screen.findByRole("status", { name: "Exported" });
    expect(told).toHaveTextContent("/home/pilar/Documents/Olivar books 2026-11-20");
    expect(within(told).getByRole("row", { name: /^tasks\.csv/ })).toHaveTextContent("5,600 rows");
    await expectAccessible();
  });

  it("is possible offline, unlike an import", async () => {
    const desk = new FakeDesk();
    desk.sync = { ...live, state: "offline" };
    const { user } = open("/import", desk);
    const folder = await screen.findByRole("button", { name: "Choose a folder…" });
    await waitFor(() => expect(folder).toHaveAccessibleDescription(/^Offline/));
    await user.click(screen.getByRole("button", { name: "Export the books…" }));
    await screen.findByRole("status", { name: "Exported" });
  });

  it("does nothing when no folder was chosen", async () => {
    const desk = new FakeDesk().next("books_export", () => null);
    const { user } = open("/import", desk);
    await user.click(await screen.findByRole("button", { name: "Export the books…" }));
    await asked(desk, "books_export");
    expect(screen.queryByRole("status", { name: "Exported" })).not.toBeInTheDocument();
  });
});
