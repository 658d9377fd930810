import { Ban, Check, CircleHelp, Equal, type LucideIcon } from "lucide-react";
import { useMemo } from "react";
import { cx } from "@/components/class-names";
import { Empty, Failed, Loading } from "@/components/States";
import { useFormat } from "@/components/session";
import { useWindow } from "@/components/use-window";
import { type Column, WindowedTable } from "@/components/WindowedTable";
import { commands } from "@/ipc/bindings";
import type { ImportRow, ImportVerdict } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import type { Plan } from "./ImportScreen";

const marks: Record<ImportVerdict, { icon: LucideIcon; word: string; colour: string }> = {
  new: { icon: Check, word: "New", colour: "text-s-progress" },
  already_there: { icon: Equal, word: "Already there", colour: "text-text-3" },
  refused: { icon: Ban, word: "Refused", colour: "text-danger" },
  question: { icon: CircleHelp, word: "Question", colour: "text-warn" },
};

function Verdict({ verdict }: { verdict: ImportVerdict }) {
  const mark = marks[verdict];
  const Icon = mark.icon;
  return (
    <span className={cx("inline-flex items-center gap-1.5", mark.colour)}>
      <Icon size={13} aria-hidden="true" />
      {mark.word}
    </span>
  );
}

type Props = { plan: Plan; verdict: ImportVerdict | null; version: string; busy: boolean };

/** The rows of the file with their verdicts; a refused one names its field and reason. */
export function Rows({ plan, verdict, version, busy }: Props) {
  const format = useFormat();
  const { source_id } = plan.source;
  const list = useWindow({
    key: ["import", "rows", source_id, version, verdict],
    run: async (offset, limit) => unwrap(await commands.importRows({ source_id, verdict, offset, limit })),
  });
  const columns = useMemo(
    (): Column<ImportRow, never>[] => [
      {
        id: "line",
        header: "Line",
        className: "text-right text-text-3",
        cell: (row) => format.number(row.line),
      },
      { id: "verdict", header: "Verdict", cell: (row) => <Verdict verdict={row.verdict} /> },
      { id: "title", header: "Row", cell: (row) => <bdi title={row.title}>{row.title}</bdi> },
      {
        id: "reason",
        header: "Why",
        className: "text-text-2",
        cell: (row) => (
          <span title={row.reason ?? undefined}>
            {row.field ? <b className="font-medium">{row.field}: </b> : null}
            {row.reason}
          </span>
        ),
      },
    ],
    [format],
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
      grid="grid-cols-[56px_120px_minmax(180px,1fr)_minmax(240px,1.6fr)]"
    />
  );
}
