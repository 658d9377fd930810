/** The invented desk's import: one file with a bit of everything in it. */
import type { ImportAnswer, ImportKind, ImportRow } from "@/ipc/types";
import type { FakeDesk } from "./fake-desk";
import type { Handlers } from "./fake-handlers";

const source = {
  source_id: "0190ffff-0000-7000-8000-000000000001",
  file_name: "events.csv",
  kind: "events",
  columns: ["No", "Event", "Client", "Type", "Start", "End", "Time zone", "Venue", "Guests", "Status"],
  rows: 1400,
  samples: [
    [
      "1",
      "Cocktail Smith-Jones #1",
      "Smith-Jones Weddings 313",
      "cocktail",
      "2026-03-29 01:00",
      "2026-03-29 04:00",
      "Europe/London",
      "Palacio de Cristal",
      "120",
      "completed",
    ],
    [
      "2",
      "Birthday Tanaka #2",
      "Tanaka Weddings 257",
      "birthday",
      "2026-10-25 01:30",
      "2026-10-25 05:30",
      "Europe/Madrid",
      "Casa de Campo 12",
      "220",
      "preparation",
    ],
    [
      "3",
      "Wedding Hotel #3",
      "Hotel García 171",
      "wedding",
      "2026-03-29 01:00",
      "2026-03-29 03:00",
      "Europe/Madrid",
      "Hotel Miramar, Salón Azul",
      "220",
      "follow_up",
    ],
  ],
  delimiter: ",",
  encoding: "UTF-8",
  mapping: {
    name: 1,
    client: 2,
    event_type: 3,
    starts: 4,
    ends: 5,
    time_zone: 6,
    location: 7,
    attendees: 8,
    status: 9,
    notes: null,
  },
  problems: ["12 cells begin with “=” and are taken as plain text."],
};

const fields: Record<ImportKind, { name: string; label: string; required: boolean }[]> = {
  events: [
    { name: "name", label: "Name", required: true },
    { name: "client", label: "Client", required: true },
    { name: "event_type", label: "Type", required: true },
    { name: "starts", label: "Start", required: true },
    { name: "ends", label: "End", required: true },
    { name: "time_zone", label: "Time zone", required: false },
    { name: "location", label: "Location", required: false },
    { name: "attendees", label: "Headcount", required: false },
    { name: "status", label: "Status", required: false },
    { name: "notes", label: "Notes", required: false },
  ],
  clients: [
    { name: "company_name", label: "Company name", required: true },
    { name: "email", label: "E-mail", required: false },
  ],
};

function rowsOf(answered: boolean): ImportRow[] {
  return Array.from({ length: 1400 }, (_, index): ImportRow => {
    const row = {
      line: index + 2,
      title: `${["Cocktail", "Birthday", "Wedding"][index % 3]} #${index + 1}`,
      field: null,
      reason: null,
    };
    if (index % 100 === 57) {
      return {
        ...row,
        verdict: "refused",
        field: "Start",
        reason:
          "On 29 March 2026 the clocks in Madrid go from 02:00 to 03:00, so 02:30 does not exist. It could mean 01:30 or 03:30.",
      };
    }
    if (index % 100 === 77) {
      return { ...row, verdict: "already_there", reason: "Imported on 3 November." };
    }
    if (!answered && index % 200 === 30) {
      return { ...row, verdict: "question", field: "Client", reason: "“Hotel García” fits two clients." };
    }
    return { ...row, verdict: "new" };
  });
}

export function importHandlers(desk: FakeDesk): Handlers {
  let rows = rowsOf(false);
  const count = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  return {
    import_pick: () => source,
    import_fields: ({ kind }: { kind: ImportKind }) => ({ fields: fields[kind] }),
    import_preview: ({ answers }: { answers: ImportAnswer[] }) => {
      rows = rowsOf(answers.length > 0);
      const summary = `${count("new")} rows are new, ${count("already_there")} are there already, ${count("refused")} cannot be imported.`;
      return {
        total: rows.length,
        fine: count("new"),
        already_there: count("already_there"),
        refused: count("refused"),
        questions: [
          {
            key: "client:hotel garcía",
            text: "Which client is “Hotel García”?",
            rows: 7,
            choices: [
              { id: "a", label: "Hotel García, Ana García, Madrid" },
              { id: "b", label: "Hotel García, Luis García, Sevilla" },
            ],
          },
        ],
        rows: rows.slice(0, 200),
        summary,
      };
    },
    import_rows: ({ verdict, offset, limit }: { verdict: string | null; offset: number; limit: number }) => {
      const some = rows.filter((row) => verdict === null || row.verdict === verdict);
      return { rows: some.slice(offset, offset + limit), total: some.length };
    },
    import_apply: async ({ command_id }: { command_id: string }) => {
      await desk.tell("import_progress", { done: 700, of: 1400, phase: "sending" });
      return {
        command_id,
        label: `Imported ${count("new")} events`,
        nothing_to_do: false,
        undoable: true,
        imported: count("new"),
        skipped: rows.length - count("new"),
      };
    },
    import_cancel: () => null,
  };
}
