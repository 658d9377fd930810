import { createColumnHelper, type ReactTable, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useEffect, useId, useMemo, useRef } from "react";
import { cx } from "./class-names";
import { SelectCell } from "./SelectCell";
import { useCursor, useRowKeys, useSteadyRow } from "./table-keys";
import type { ListWindow } from "./use-window";

const features = tableFeatures({});
const rowHeight = 36;

export type Column<Row, By extends string> = {
  id: string;
  header: string;
  /** `before` is the row above, where it has been read. */
  cell: (row: Row, before: Row | undefined) => ReactNode;
  /** What the shell sorts by for this column. */
  by?: By;
  className?: string;
};

/** Rows chosen for something to be done to all of them. */
export type RowSelection<Row> = {
  has: (row: Row) => boolean;
  /** What a row is called, for those who do not see it. */
  name: (row: Row) => string;
  onToggle: (row: Row) => void;
  /** Everything from one row to another, both included, is to be chosen. */
  onRange: (from: number, to: number) => void;
};

type Slot<Row> = { index: number; row: Row | undefined; before: Row | undefined };
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
  selection?: RowSelection<Row>;
  /** A key for the row under the cursor; says whether it was one of its own. */
  onKey?: (event: KeyboardEvent, row: Row | undefined) => boolean;
};

const idOf = (row: object | undefined) =>
  row && "id" in row && typeof row.id === "string" ? row.id : undefined;

/**
 * A virtualised table over a {@link ListWindow}; j/k or arrows move, Enter opens. With a selection Space chooses, and
 * Shift chooses from there to here. What others add or remove above moves neither the cursor nor what is in view.
 */
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

  const { selection, onKey } = props;
  const cursor = useCursor(
    asked,
    list.total,
    (index) => virtual.scrollToIndex(index),
    selection ? (from, to) => selection.onRange(Math.min(from, to), Math.max(from, to)) : undefined,
  );
  useRowKeys(cursor.index, (event, index) => {
    const row = index >= 0 ? list.rowAt(index) : undefined;
    if (event.key === "Enter" && row) {
      onOpen?.(row);
      return true;
    }
    if (selection && event.key === " " && row) {
      selection.onToggle(row);
      return true;
    }
    if (selection && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
      selection.onRange(0, list.total - 1);
      return true;
    }
    return onKey?.(event, row) ?? false;
  });
  const choose = (row: Row, index: number, toHere: boolean) => {
    if (toHere && cursor.index >= 0) {
      selection?.onRange(Math.min(cursor.index, index), Math.max(cursor.index, index));
    } else {
      selection?.onToggle(row);
    }
    cursor.set(index);
  };
  const top = virtual.scrollOffset ?? 0;
  const height = scroller.current?.clientHeight ?? 0;
  useSteadyRow(
    asked,
    (index) => idOf(list.rowAt(index)),
    {
      cursor: cursor.index,
      first: Math.floor(top / rowHeight),
      last: Math.floor((top + height) / rowHeight),
    },
    (rows) => {
      if (cursor.index >= 0) {
        cursor.set(cursor.index + rows);
      }
      scroller.current?.scrollBy?.({ top: rows * rowHeight });
    },
  );

  const data: Slot<Row>[] = items.map((item) => ({
    index: item.index,
    row: list.rowAt(item.index),
    before: item.index > 0 ? list.rowAt(item.index - 1) : undefined,
  }));
  const defs = useMemo(() => {
    const helper = createColumnHelper<typeof features, Slot<Row>>();
    return helper.columns(
      columns.map((column) =>
        helper.display({
          id: column.id,
          header: column.header,
          cell: ({ row: { original } }) =>
            original.row ? (
              column.cell(original.row, original.before)
            ) : (
              <span className="block h-3 w-2/3 rounded bg-hover" />
            ),
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
      aria-multiselectable={selection ? true : undefined}
      aria-activedescendant={cursor.index >= 0 ? `${id}-${cursor.index}` : undefined}
      tabIndex={0}
      onKeyDown={cursor.onKeyDown}
      className="@container min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
    >
      <Heading {...props} table={table} />
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {table.getRowModel().rows.map((row, step) => {
          const { index, row: value } = row.original;
          const chosen = selection !== undefined && value !== undefined && selection.has(value);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid itself opens the row under the cursor on Enter
            <div
              key={row.id}
              id={`${id}-${index}`}
              role="row"
              tabIndex={-1}
              aria-rowindex={index + 2}
              aria-selected={selection ? chosen : cursor.index === index}
              onClick={(event) => {
                if (value && selection && (event.shiftKey || event.ctrlKey || event.metaKey)) {
                  choose(value, index, event.shiftKey);
                } else if (value) {
                  cursor.set(index);
                  onOpen?.(value);
                }
              }}
              style={{ height: rowHeight, transform: `translateY(${items[step]?.start ?? 0}px)` }}
              className={cx(
                "absolute inset-x-0 top-0 grid items-center gap-3 border-b border-line/60 px-5 outline-none hover:bg-hover",
                grid,
                chosen && "bg-accent-soft/60",
                cursor.index === index &&
                  "bg-accent-soft shadow-[inset_2px_0_var(--accent)] hover:bg-accent-soft",
                value && props.rowClass?.(value),
              )}
            >
              {selection ? (
                <SelectCell
                  name={value ? selection.name(value) : null}
                  chosen={chosen}
                  onPress={(shift) => {
                    if (value) {
                      choose(value, index, shift);
                      // The keys that follow are for the row.
                      scroller.current?.focus({ preventScroll: true });
                    }
                  }}
                />
              ) : null}
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
  selection,
}: Props<Row, By> & { table: ReactTable<typeof features, Slot<Row>> }) {
  return (
    <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-surface">
      {table.getHeaderGroups().map((group) => (
        <div key={group.id} role="row" tabIndex={-1} className={cx("grid h-8 items-center gap-3 px-5", grid)}>
          {selection ? (
            <div role="columnheader" tabIndex={-1}>
              <span className="sr-only">Selected</span>
            </div>
          ) : null}
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
