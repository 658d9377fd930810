import { Ban, CalendarX2, Check, CircleHelp, Equal, History, type LucideIcon } from "lucide-react";
import { useMemo } from "react";
import { cx } from "@/components/class-names";
import { Empty, Failed, Loading } from "@/components/States";
import { useFormat } from "@/components/session";
import { useWindow } from "@/components/use-window";
import { type Column, WindowedTable } from "@/components/WindowedTable";
import { commands } from "@/ipc/bindings";
import type { ImportFilePreview, ImportRow, ImportVerdict } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import type { Wanted } from "./figures";
import { useFields } from "./queries";

const marks: Record<ImportVerdict, { icon: LucideIcon; word: string; colour: string }> = {
  new: { icon: Check, word: "New", colour: "text-s-progress" },
  already_there: { icon: Equal, word: "Already there", colour: "text-text-3" },
  refused: { icon: Ban, word: "Refused", colour: "text-danger" },
  question: { icon: CircleHelp, word: "Question", colour: "text-warn" },
  clash: { icon: CalendarX2, word: "Clash", colour: "text-warn" },
};
const asHistory = { icon: History, word: "New, as history", colour: "text-s-progress" };

function Verdict({ row }: { row: ImportRow }) {
  const mark = row.flag ? asHistory : marks[row.verdict];
  const Icon = mark.icon;
  return (
    <span className={cx("inline-flex items-center gap-1.5", mark.colour)}>
      <Icon size={13} aria-hidden="true" />
      {mark.word}
    </span>
  );
}

type Props = { file: ImportFilePreview; run: number; wanted: Wanted; busy: boolean };

/** The rows of a file with their verdicts; a refused one names its field and reason, a clash what it clashes with. */
export function Rows({ file, run, wanted, busy }: Props) {
  const format = useFormat();
  const { source_id, kind } = file;
  const labels = useFields().fields?.[kind];
  const list = useWindow({
    key: ["import", "rows", source_id, run, wanted],
    run: async (offset, limit) => {
      const flagged = wanted === "flagged";
      const verdict = wanted === "flagged" ? null : wanted;
      return unwrap(await commands.importRows({ source_id, verdict, flagged, offset, limit }));
    },
  });
  const columns = useMemo(
    (): Column<ImportRow, never>[] => [
      {
        id: "line",
        header: "Line",
        className: "text-right text-text-3",
        cell: (row) => format.number(row.line),
      },
      { id: "verdict", header: "Verdict", cell: (row) => <Verdict row={row} /> },
      { id: "title", header: "Row", cell: (row) => <bdi title={row.title}>{row.title}</bdi> },
      {
        id: "reason",
        header: "Why",
        className: "text-text-2",
        cell: (row) => (
          <span title={row.reason ?? row.flag ?? undefined}>
            {row.field ? (
              <b className="font-medium">
                {labels?.find((field) => field.name === row.field)?.label ?? row.field}:{" "}
              </b>
            ) : null}
            {row.reason ?? row.flag}
          </span>
        ),
      },
    ],
    [format, labels],
  );
  if (list.error) {
    return <Failed error={list.error} onRetry={list.retry} />;
  }
  if (list.loading) {
    return <Loading />;
  }
  if (list.total === 0 && !busy) {
    return <Empty title="No such rows." />;
  }
  return (
    <WindowedTable
      label="Rows of the file"
      list={list}
      columns={columns}
      grid="grid-cols-[56px_136px_minmax(180px,1fr)_minmax(240px,1.6fr)]"
    />
  );
}
