/** The invented desk's import: a folder of books with a bit of everything in it. */
import type { ImportAnswer, ImportFolder, ImportKind, ImportRow, ImportSource } from "@/ipc/types";
import type { FakeDesk } from "./fake-desk";
import type { Handlers } from "./fake-handlers";

const events: ImportSource = {
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

const book = (
  n: number,
  kind: ImportKind,
  rows: number,
  columns: string[],
  mapping: ImportSource["mapping"],
  samples: string[][],
  problems: string[] = [],
): ImportSource => ({
  source_id: `0190ffff-0000-7000-8000-00000000000${n}`,
  file_name: `${kind}.csv`,
  kind,
  columns,
  rows,
  samples,
  delimiter: n === 4 ? ";" : ",",
  encoding: "UTF-8",
  mapping,
  problems,
});

const folder: ImportFolder = {
  name: "Books 2026",
  files: [
    book(2, "clients", 420, ["Company", "Email"], { company_name: 0, email: 1 }, [
      ["Hotel García", "office@garcia.example"],
    ]),
    events,
    book(3, "resources", 70, ["Name", "Type", "Role", "Qty"], { name: 0, type: 1, role: 2, quantity: 3 }, [
      ["Ana Ruiz", "staff", "Head waiter", "1"],
      ["Chafing dish", "equipment", "", "40"],
    ]),
    book(
      4,
      "tasks",
      5600,
      ["No", "Task", "Event no", "Due", "Status", "After"],
      { number: 0, title: 1, event: 2, due: 3, status: 4, after: 5 },
      [["1", "Confirm menu", "1", "2026-03-20 12:00", "done", ""]],
    ),
    book(
      5,
      "assignments",
      3200,
      ["Who", "Event no", "From", "Until"],
      { resource: null, event: 1, starts: 2, ends: 3, quantity: null },
      [["Ana Ruiz", "1", "2026-03-29 01:00", "2026-03-29 04:00"]],
      ["Only 3 of 8 columns were recognised. Check that this is a list of assignments."],
    ),
  ],
  left_out: [
    {
      file_name: "communications.csv",
      reason: "Cloche cannot tell what it holds. Import it on its own to say so.",
    },
    { file_name: "readme.txt", reason: "This file has no table in it." },
  ],
};

const sources = [events, ...folder.files.filter((one) => one !== events)];

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
  resources: [
    { name: "name", label: "Name", required: true },
    { name: "type", label: "Type", required: true },
    { name: "role", label: "Role", required: false },
    { name: "quantity", label: "Quantity", required: false },
  ],
  tasks: [
    { name: "title", label: "Task", required: true },
    { name: "event", label: "Event", required: true },
    { name: "number", label: "Number, by which other tasks name it", required: false },
    { name: "due", label: "Due", required: false },
    { name: "status", label: "Status", required: false },
    { name: "after", label: "After which tasks", required: false },
  ],
  assignments: [
    { name: "resource", label: "Resource", required: true },
    { name: "event", label: "Event", required: true },
    { name: "starts", label: "From", required: true },
    { name: "ends", label: "To", required: true },
    { name: "quantity", label: "Quantity", required: false },
  ],
};

const titles: Record<ImportKind, string[]> = {
  clients: ["Hotel Okafor", "Bodegas Peña"],
  events: ["Cocktail", "Birthday", "Wedding"],
  resources: ["Ana Ruiz", "Chafing dish"],
  tasks: ["Confirm menu", "Order flowers", "Print place cards"],
  assignments: ["Ana Ruiz for Wedding García", "Van 2 for Gala Tanaka"],
};

function rowsOf(kind: ImportKind, many: number, answered: boolean): ImportRow[] {
  return Array.from({ length: many }, (_, index): ImportRow => {
    const title = titles[kind][index % titles[kind].length];
    const row = { line: index + 2, title: `${title} #${index + 1}`, field: null, reason: null, flag: null };
    if (kind === "events" && index % 100 === 57) {
      return {
        ...row,
        verdict: "refused",
        field: "starts",
        reason:
          "On 29 March 2026 the clocks in Madrid go from 02:00 to 03:00, so 02:30 does not exist. It could mean 01:30 or 03:30.",
      };
    }
    if (kind === "events" && !answered && index % 200 === 30) {
      return { ...row, verdict: "question", field: "client", reason: "“Hotel García” fits two clients." };
    }
    if (kind === "assignments" && index % 400 === 7) {
      return {
        ...row,
        verdict: "clash",
        field: "resource",
        reason: "Ana Ruiz is already booked: Wedding García, 14 Jun 16:00–23:00 (line 12).",
      };
    }
    if (kind === "tasks" && index % 800 === 11) {
      return { ...row, verdict: "new", flag: "It was completed although “Confirm menu” is still open." };
    }
    return index % 100 === 77
      ? { ...row, verdict: "already_there", reason: "It was imported before." }
      : { ...row, verdict: "new" };
  });
}

export function importHandlers(desk: FakeDesk): Handlers {
  const plans = new Map<string, ImportRow[]>();
  const count = (rows: ImportRow[], verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  const preview = (source_id: string, kind: ImportKind, answers: ImportAnswer[]) => {
    const source = sources.find((one) => one.source_id === source_id) ?? events;
    const rows = rowsOf(kind, source.rows, answers.length > 0);
    plans.set(source_id, rows);
    return {
      total: rows.length,
      fine: count(rows, "new"),
      already_there: count(rows, "already_there"),
      refused: count(rows, "refused"),
      clashes: count(rows, "clash"),
      flagged: rows.filter((row) => row.flag).length,
      questions:
        kind === "events"
          ? [
              {
                key: "client:hotel garcía",
                text: "Which client is “Hotel García”?",
                rows: 7,
                choices: [
                  { id: "a", label: "Hotel García, Ana García, Madrid" },
                  { id: "b", label: "Hotel García, Luis García, Sevilla" },
                ],
              },
            ]
          : [],
      rows: rows.slice(0, 200),
      summary: `${count(rows, "new")} ${kind} would be added. ${count(rows, "already_there")} rows are there already. ${count(rows, "refused")} rows cannot be taken.`,
    };
  };
  return {
    import_pick: () => events,
    import_pick_folder: () => folder,
    import_fields: ({ kind }: { kind: ImportKind }) => ({ fields: fields[kind] }),
    import_books_preview: ({
      files,
      answers,
    }: {
      files: { source_id: string; kind: ImportKind }[];
      answers: ImportAnswer[];
    }) => {
      const previews = files.map(({ source_id, kind }) => ({
        source_id,
        kind,
        preview: preview(source_id, kind, answers),
      }));
      const told = previews.map((one) => `${one.preview.fine} ${one.kind}`).join(", ");
      return { files: previews, summary: `${told} would be added.` };
    },
    import_rows: ({
      source_id,
      verdict,
      flagged,
      offset,
      limit,
    }: {
      source_id: string;
      verdict: string | null;
      flagged: boolean;
      offset: number;
      limit: number;
    }) => {
      const some = (plans.get(source_id) ?? []).filter(
        (row) => (verdict === null || row.verdict === verdict) && (!flagged || row.flag !== null),
      );
      return { rows: some.slice(offset, offset + limit), total: some.length };
    },
    import_books_apply: async ({ command_id, source_ids }: { command_id: string; source_ids: string[] }) => {
      await desk.tell("import_progress", { done: 700, of: 1400, phase: "sending" });
      const all = source_ids.flatMap((id) => plans.get(id) ?? []);
      const told = source_ids.map((id) => {
        const kind = sources.find((one) => one.source_id === id)?.kind;
        return `${count(plans.get(id) ?? [], "new")} ${kind}`;
      });
      return {
        command_id,
        label: `Imported ${told.join(", ")}`,
        nothing_to_do: false,
        undoable: true,
        imported: count(all, "new"),
        skipped: all.length - count(all, "new"),
      };
    },
    import_cancel: () => null,
    books_export: () => ({
      folder: "/home/pilar/Documents/Olivar books 2026-11-20",
      files: sources.map((one) => ({ file_name: one.file_name, rows: one.rows })),
    }),
  };
}
