import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { FakeDesk, refusal } from "@/testing/fake-desk";
import { asked, expectAccessible, heading, open } from "@/testing/render";

async function toDryRun(desk = new FakeDesk()) {
  const opened = open("/import", desk);
  await heading("Import");
  await opened.user.click(screen.getByRole("button", { name: "Choose a CSV file…" }));
  await opened.user.click(await screen.findByRole("button", { name: "Try it out" }));
  await screen.findByRole("status", { name: "Dry run" });
  return opened;
}

it("goes from the file to the rows: mapping, dry run, question, import, undo", async () => {
  const { desk, user } = open("/import");
  await heading("Import");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Choose a CSV file…" }));

  await screen.findByText("events.csv");
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

  expect(await screen.findByRole("status", { name: "Dry run" })).toHaveTextContent("14 cannot be imported");
  const rows = await screen.findByRole("grid", { name: "Rows of the file" });
  await waitFor(() => expect(rows).toHaveAttribute("aria-rowcount", "15"));
  expect(rows).toHaveTextContent("so 02:30 does not exist");
  await expectAccessible();
  await user.click(screen.getByRole("radio", { name: "Hotel García, Luis García, Sevilla" }));
  await waitFor(() =>
    expect(desk.asked("import_preview").at(-1)?.answers).toEqual([
      { key: "client:hotel garcía", choice: "b" },
    ]),
  );
  await user.click(screen.getByRole("button", { name: /^Questions/ }));
  await screen.findByText("No such rows.");

  await user.click(await screen.findByRole("button", { name: /^Import only the valid/ }));
  await screen.findByText(/events imported$/);
  expect(desk.asked("import_apply")[0]).toMatchObject({ only_valid: true });
  await user.click(screen.getByRole("button", { name: "Undo the import" }));
  const [undone] = await asked(desk, "undo");
  expect(undone?.target).toBe(desk.asked("import_apply")[0]?.command_id);
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
  const release = desk.hold("import_apply");
  desk.refuse("import_apply", refusal("The import was stopped. Nothing was changed."));
  await user.click(screen.getByRole("button", { name: /^Import only the valid/ }));
  await desk.tell("import_progress", { done: 350, of: 1400, phase: "sending" });
  const bar = await screen.findByRole("progressbar", { name: "Sending the rows…" });
  expect(bar).toHaveAttribute("aria-valuenow", "25");
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  await asked(desk, "import_cancel");
  release();
  await screen.findByText("The import was stopped. Nothing was changed.");
  await user.click(screen.getByRole("button", { name: "Back to the dry run" }));
  await screen.findByRole("status", { name: "Dry run" });
});

it("says what is wrong with a file that cannot be read", async () => {
  const desk = new FakeDesk().refuse("import_pick", refusal("This is no CSV file.", { code: "invalid" }));
  const { user } = open("/import", desk);
  await user.click(await screen.findByRole("button", { name: "Choose a CSV file…" }));
  await screen.findByText("This is no CSV file.");
  const steps = screen.getByRole("list", { name: "Steps" });
  expect(within(steps).getByText("1 File")).toHaveAttribute("aria-current", "step");
});
