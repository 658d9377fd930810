/** The dry run in numbers. */
import type { ImportFilePreview, ImportPreview, ImportVerdict } from "@/ipc/types";

/** Rows to show: those with a verdict, those taken as history, or all. */
export type Wanted = ImportVerdict | "flagged" | null;

type Figures = Pick<ImportPreview, "total" | "fine" | "already_there" | "refused" | "clashes" | "flagged">;

/** Rows that wait for an answer. */
const waitingOf = (of: Figures): number =>
  Math.max(0, of.total - of.fine - of.already_there - of.refused - of.clashes);

/** Whether a person has something to look at or to answer. */
export const needsLook = (of: Figures): boolean => of.refused + of.clashes + waitingOf(of) > 0;

export function sumOf(files: ImportFilePreview[]): Figures {
  const sum = (figure: keyof Figures) => files.reduce((all, file) => all + file.preview[figure], 0);
  return {
    total: sum("total"),
    fine: sum("fine"),
    already_there: sum("already_there"),
    refused: sum("refused"),
    clashes: sum("clashes"),
    flagged: sum("flagged"),
  };
}

export const columns: {
  wanted: Wanted;
  word: string;
  rows: (of: Figures) => number;
  /** Its colour where it needs a look. */
  look?: string;
  /** Not worth a place while there are none. */
  rare?: boolean;
}[] = [
  { wanted: null, word: "All", rows: (of) => of.total },
  { wanted: "new", word: "New", rows: (of) => of.fine },
  { wanted: "already_there", word: "Already there", rows: (of) => of.already_there },
  { wanted: "question", word: "Questions", rows: waitingOf, look: "text-warn" },
  { wanted: "clash", word: "Clashes", rows: (of) => of.clashes, look: "text-warn", rare: true },
  { wanted: "refused", word: "Refused", rows: (of) => of.refused, look: "text-danger" },
  { wanted: "flagged", word: "As history", rows: (of) => of.flagged, rare: true },
];
