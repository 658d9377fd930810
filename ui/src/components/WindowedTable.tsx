import { createColumnHelper, type ReactTable, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { cx } from "./class-names";
import { inText, overlayOpen } from "./keys";
import type { ListWindow } from "./use-window";

const features = tableFeatures({});
const rowHeight = 36;

export type Column<Row, By extends string> = {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** What the shell sorts by for this column. */
  by?: By;
  className?: string;
};

type Slot<Row> = { index: number; row: Row | undefined };
type Sort<By extends string> = { by: By; descending: boolean };

type Props<Row, By extends string> = {
  label: string;
  list: ListWindow<Row>;
  columns: readonly Column<Row, By>[];
  /** Tailwind's `grid-cols-[…]`, the same for heading and rows. */
  grid: string;
  sort?: Sort<By>;
  onSort?: (sort: Sort<By>) => void;
  onOpen?: (row: Row) => void;
  rowClass?: (row: Row) => string | undefined;
};

/** A virtualised table over a {@link ListWindow}; j/k or arrows move, Enter opens. */
export function WindowedTable<Row extends object, By extends string>(props: Props<Row, By>) {
  const { list, columns, grid, onOpen } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: list.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    initialRect: { width: 1000, height: 640 },
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { onRange } = list;
  useEffect(() => onRange(first, last), [onRange, first, last]);

  const { asked } = list;
  const shown = useRef(asked);
  useEffect(() => {
    if (shown.current !== asked) {
      shown.current = asked;
      scroller.current?.scrollTo?.({ top: 0 });
    }
  }, [asked]);

  const cursor = useCursor(asked, list.total, (index) => virtual.scrollToIndex(index));
  useOpenKey(cursor.index, (index) => {
    const row = list.rowAt(index);
    if (row) {
      onOpen?.(row);
    }
  });

  const data: Slot<Row>[] = items.map((item) => ({ index: item.index, row: list.rowAt(item.index) }));
  const defs = useMemo(() => {
    const helper = createColumnHelper<typeof features, Slot<Row>>();
    return helper.columns(
      columns.map((column) =>
        helper.display({
          id: column.id,
          header: column.header,
          cell: ({ row: { original } }) =>
            original.row ? column.cell(original.row) : <span className="block h-3 w-2/3 rounded bg-hover" />,
        }),
      ),
    );
  }, [columns]);
  const table = useTable({ features, columns: defs, data, getRowId: (slot) => String(slot.index) });

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={props.label}
      aria-rowcount={list.total + 1}
      aria-busy={list.stale || undefined}
      aria-activedescendant={cursor.index >= 0 ? `${id}-${cursor.index}` : undefined}
      tabIndex={0}
      onKeyDown={cursor.onKeyDown}
      className="@container min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
    >
      <Heading {...props} table={table} />
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {table.getRowModel().rows.map((row, step) => {
          const { index, row: value } = row.original;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid itself opens the row under the cursor on Enter
            <div
              key={row.id}
              id={`${id}-${index}`}
              role="row"
              tabIndex={-1}
              aria-rowindex={index + 2}
              aria-selected={cursor.index === index}
              onClick={() => {
                if (value) {
                  cursor.set(index);
                  onOpen?.(value);
                }
              }}
              style={{ height: rowHeight, transform: `translateY(${items[step]?.start ?? 0}px)` }}
              className={cx(
                "absolute inset-x-0 top-0 grid items-center gap-3 border-b border-line/60 px-5 outline-none hover:bg-hover",
                grid,
                cursor.index === index &&
                  "bg-accent-soft shadow-[inset_2px_0_var(--accent)] hover:bg-accent-soft",
                value && props.rowClass?.(value),
              )}
            >
              {row.getAllCells().map((cell, at) => (
                <div key={cell.id} role="gridcell" className={cx("min-w-0 truncate", columns[at]?.className)}>
                  <table.FlexRender cell={cell} />
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Heading<Row extends object, By extends string>({
  table,
  columns,
  grid,
  sort,
  onSort,
}: Props<Row, By> & { table: ReactTable<typeof features, Slot<Row>> }) {
  return (
    <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-surface">
      {table.getHeaderGroups().map((group) => (
        <div key={group.id} role="row" tabIndex={-1} className={cx("grid h-8 items-center gap-3 px-5", grid)}>
          {group.headers.map((header, at) => {
            const column = columns[at];
            const by = column?.by;
            const on = by !== undefined && sort?.by === by;
            const words = <table.FlexRender header={header} />;
            return (
              <div
                key={header.id}
                role="columnheader"
                tabIndex={-1}
                aria-sort={on ? (sort.descending ? "descending" : "ascending") : undefined}
                className={cx("truncate text-sm font-medium text-text-3", column?.className)}
              >
                {by !== undefined && onSort ? (
                  <button
                    type="button"
                    className={cx(
                      "inline-flex items-center gap-1 rounded hover:text-text",
                      on && "text-text",
                    )}
                    onClick={() => onSort({ by, descending: on ? !sort.descending : false })}
                  >
                    {words}
                    {on ? (
                      sort.descending ? (
                        <ArrowDown size={12} aria-hidden="true" />
                      ) : (
                        <ArrowUp size={12} aria-hidden="true" />
                      )
                    ) : null}
                  </button>
                ) : (
                  words
                )}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

/** The row under the keyboard's cursor: arrows inside the table, j and k from anywhere on the screen. */
function useCursor(asked: string, total: number, show: (index: number) => void) {
  const [placed, setPlaced] = useState({ asked, index: -1 });
  // Another question's answer has other rows: no row of it has been chosen yet.
  const index = placed.asked === asked ? placed.index : -1;
  const setIndex = (next: number) => setPlaced({ asked, index: next });
  const move = (to: number) => {
    const next = Math.max(0, Math.min(total - 1, to));
    if (total > 0) {
      setIndex(next);
      show(next);
    }
  };
  const latest = useRef(move);
  latest.current = move;
  const at = useRef(index);
  at.current = index;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || inText(event) || overlayOpen()) {
        return;
      }
      const atRest = event.target === document.body;
      if (event.key === "j" || (atRest && event.key === "ArrowDown")) {
        event.preventDefault();
        latest.current(at.current + 1);
      } else if (event.key === "k" || (atRest && event.key === "ArrowUp")) {
        event.preventDefault();
        latest.current(at.current - 1);
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  const steps: Record<string, number> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + 15,
    PageUp: index - 15,
    Home: 0,
    End: total - 1,
  };
  return {
    index: Math.min(index, total - 1),
    set: setIndex,
    onKeyDown: (event: React.KeyboardEvent) => {
      const to = steps[event.key];
      if (to !== undefined) {
        event.preventDefault();
        move(to);
      }
    },
  };
}

/** Enter opens the row under the cursor unless something else has the focus. */
function useOpenKey(index: number, open: (index: number) => void) {
  const latest = useRef({ index, open });
  latest.current = { index, open };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const free = target === document.body || target.matches("[role=grid], [role=row]");
      if (event.key === "Enter" && free && !overlayOpen() && latest.current.index >= 0) {
        event.preventDefault();
        latest.current.open(latest.current.index);
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
