/** What is to be imported: one file, or the files of a folder, each with what it holds. */
import type {
  ImportAnswer,
  ImportFields,
  ImportFolder,
  ImportKind,
  ImportMapping,
  ImportSource,
} from "@/ipc/types";

export type Book = {
  source: ImportSource;
  kind: ImportKind;
  mapping: ImportMapping;
  /** Left in the folder otherwise. */
  taken: boolean;
};

export type Plan = {
  /** Null for a single file. */
  folder: Pick<ImportFolder, "name" | "left_out"> | null;
  books: Book[];
  /** Where the clock of an event is that names no zone. */
  zone: string;
  answers: ImportAnswer[];
};

type Field = ImportFields["fields"][number];

/** Each after those that it refers to. */
export const kinds: readonly ImportKind[] = ["clients", "events", "resources", "tasks", "assignments"];

const words: Record<ImportKind, string> = {
  clients: "Clients",
  events: "Events",
  resources: "Resources",
  tasks: "Tasks",
  assignments: "Bookings",
};

export const kindWord = (kind: ImportKind): string => words[kind];
export const kindOptions = kinds.map((value) => ({ value, label: words[value] }));

const bookOf = (source: ImportSource): Book => ({
  source,
  kind: source.kind,
  mapping: source.mapping,
  taken: true,
});

export const planOfFile = (source: ImportSource, zone: string): Plan => ({
  folder: null,
  books: [bookOf(source)],
  zone,
  answers: [],
});

export const planOfFolder = ({ name, files, left_out }: ImportFolder, zone: string): Plan => ({
  folder: { name, left_out },
  books: files.map(bookOf),
  zone,
  answers: [],
});

export const takenOf = (plan: Plan): Book[] => plan.books.filter((book) => book.taken);

export const hasEvents = (plan: Plan): boolean => takenOf(plan).some((book) => book.kind === "events");

export function withBook(plan: Plan, changed: Book): Plan {
  const books = plan.books.map((book) =>
    book.source.source_id === changed.source.source_id ? changed : book,
  );
  return { ...plan, books };
}

/** What the file cannot be imported without and has no column yet. */
export const missingOf = (book: Book, fields: Field[]): Field[] =>
  fields.filter((field) => field.required && (book.mapping[field.name] ?? null) === null);

/** Letters and digits alone: `E-Mail:` and `email` are one. */
const plain = (text: string) =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/** The file holds something else than was thought: its columns by what both kinds have, and by their headings. */
export function asKind(book: Book, kind: ImportKind, fields: Field[]): Book {
  if (kind === book.source.kind) {
    return { ...book, kind, mapping: book.source.mapping };
  }
  const used = new Set<number>();
  const mapping: ImportMapping = {};
  for (const { name, label } of fields) {
    const heading = book.source.columns.findIndex(
      (column, at) => !used.has(at) && [plain(label), plain(name)].includes(plain(column)),
    );
    const before = book.mapping[name] ?? null;
    const column = heading >= 0 ? heading : before !== null && !used.has(before) ? before : null;
    mapping[name] = column;
    if (column !== null) {
      used.add(column);
    }
  }
  return { ...book, kind, mapping };
}
