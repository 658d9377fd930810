/** The tasks chosen for something to be done to all of them. */
import { useMemo, useState } from "react";
import { complain } from "@/components/notices";
import type { ListWindow } from "@/components/use-window";
import type { RowSelection } from "@/components/WindowedTable";
import type { TaskRow } from "@/ipc/types";

/** As many as one change takes. */
export const most = 1000;

export type Selection = {
  rows: TaskRow[];
  table: RowSelection<TaskRow>;
  /** Said when more were asked for than one change takes. */
  capped: boolean;
  choose: (row: TaskRow) => void;
  clear: () => void;
};

type State = { asked: string; rows: ReadonlyMap<string, TaskRow>; capped: boolean };

/** Another filter shows other rows: what was chosen among the former ones is let go. */
export function useSelection(
  asked: string,
  list: ListWindow<TaskRow>,
  read: (offset: number, limit: number) => Promise<{ rows: TaskRow[] }>,
): Selection {
  const [state, setState] = useState<State>({ asked, rows: new Map(), capped: false });
  const own = state.asked === asked ? state : { asked, rows: new Map<string, TaskRow>(), capped: false };
  const change = (edit: (rows: Map<string, TaskRow>) => void) =>
    setState((now) => {
      const rows = new Map(now.asked === asked ? now.rows : []);
      edit(rows);
      const capped = rows.size > most;
      return { asked, rows: capped ? new Map([...rows].slice(0, most)) : rows, capped };
    });
  const range = async (from: number, to: number) => {
    const wanted = Array.from({ length: Math.min(to - from + 1, most + 1) }, (_, step) =>
      list.rowAt(from + step),
    );
    const known = wanted.filter((row) => row !== undefined);
    const rows =
      known.length === wanted.length ? known : (await read(from, Math.min(wanted.length, most))).rows;
    change((chosen) => {
      for (const row of rows) {
        chosen.set(row.id, row);
      }
      if (wanted.length > most && rows.length === most) {
        chosen.set("", rows[0] as TaskRow);
      }
    });
  };
  const rows = useMemo(() => [...own.rows.values()], [own.rows]);
  return {
    rows,
    capped: own.capped,
    table: {
      has: (row) => own.rows.has(row.id),
      name: (row) => row.title,
      onToggle: (row) =>
        change((chosen) => (chosen.has(row.id) ? chosen.delete(row.id) : chosen.set(row.id, row))),
      onRange: (from, to) => void range(from, to).catch(complain),
    },
    choose: (row) => change((chosen) => chosen.set(row.id, row)),
    clear: () => setState({ asked, rows: new Map(), capped: false }),
  };
}
