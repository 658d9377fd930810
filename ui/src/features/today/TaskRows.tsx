import { Link } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import { Button } from "@/components/Button";
import { useFormat } from "@/components/session";
import { useTaskReasons } from "@/components/tasks/actions";
import { Due } from "@/components/tasks/Due";
import { TaskStatusMenu } from "@/components/tasks/StatusMenu";
import { nextTaskStep, stepWord, taskPlace } from "@/components/tasks/words";
import type { TaskRow, TaskStatus } from "@/ipc/types";
import { more, Section } from "./Section";

type Props = {
  title: string;
  tone: "late" | "calm";
  rows: TaskRow[];
  total: number;
  /** Where all of them are. */
  all: { tab: "overdue" | "all" };
  /** Said where there are none; without it the part is left out. */
  empty?: string;
  moving: string | null;
  onMove: (row: TaskRow, to: TaskStatus) => void;
};

/** Tasks with their next step at hand; each leads to where its event plans it. */
export function TaskRows({ title, tone, rows, total, all, empty, moving, onMove }: Props) {
  const format = useFormat();
  if (total === 0 && !empty) {
    return null;
  }
  return (
    <Section
      title={title}
      count={total > 0 ? format.number(total) : null}
      late={tone === "late"}
      more={
        total > rows.length ? (
          <Link to="/tasks" search={all} className={more}>
            Show all {format.number(total)}
          </Link>
        ) : null
      }
    >
      {total === 0 ? (
        <p className="text-text-3">{empty}</p>
      ) : (
        <ul aria-label={title}>
          {rows.map((row) => (
            <Row key={row.id} row={row} pending={moving === row.id} onMove={(to) => onMove(row, to)} />
          ))}
        </ul>
      )}
    </Section>
  );
}

type RowProps = { row: TaskRow; pending: boolean; onMove: (to: TaskStatus) => void };

function Row({ row, pending, onMove }: RowProps) {
  const reasons = useTaskReasons();
  const next = nextTaskStep(row.status);
  const waits =
    row.open_prerequisites === 0
      ? null
      : `Waits for ${row.open_prerequisites === 1 ? "1 open task" : `${row.open_prerequisites} open tasks`}.`;
  return (
    <li
      data-item={row.id}
      className="-mx-2 print:mx-0 print:px-0 grid min-h-11 grid-cols-[28px_minmax(0,1fr)_auto_88px] items-center gap-x-3 rounded-md px-2 py-0.5 focus-within:bg-hover hover:bg-hover print:grid-cols-[20px_minmax(0,1fr)_auto]"
    >
      <TaskStatusMenu compact row={row} pending={pending} onMove={onMove} />
      <span className="grid min-w-0">
        <span className="flex min-w-0 items-center gap-2">
          <Link
            {...taskPlace(row)}
            data-item-focus=""
            title={row.title}
            className="truncate font-medium hover:underline"
          >
            <bdi>{row.title}</bdi>
          </Link>
          {waits ? (
            <span
              role="img"
              aria-label={waits}
              title={waits}
              className="flex shrink-0 items-center gap-0.5 text-sm text-warn"
            >
              <Lock size={12} aria-hidden="true" />
              {row.open_prerequisites}
            </span>
          ) : null}
        </span>
        <span className="flex min-w-0 gap-1.5 text-sm text-text-2">
          <Link
            to="/events/$eventId"
            params={{ eventId: row.event_id }}
            tabIndex={-1}
            title={row.event_name}
            className="truncate hover:underline"
          >
            <bdi>{row.event_name}</bdi>
          </Link>
          <span aria-hidden="true">·</span>
          <span
            className={row.assigned_to_name ? "truncate" : "shrink-0 text-text-3"}
            title={row.assigned_to_name ?? undefined}
          >
            {row.assigned_to_name ? <bdi>{row.assigned_to_name}</bdi> : "nobody yet"}
          </span>
        </span>
      </span>
      <Due row={row} stacked className="justify-items-end text-sm" />
      {next ? (
        <Button
          size="small"
          className="w-full print:hidden"
          pending={pending}
          reason={reasons.move(row) ?? waits}
          aria-label={`${stepWord(row.status, next)}: ${row.title}`}
          onClick={() => onMove(next)}
        >
          {pending ? "Saving…" : stepWord(row.status, next)}
        </Button>
      ) : null}
    </li>
  );
}
