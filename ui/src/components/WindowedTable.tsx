import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type MouseEvent, type ReactNode, useCallback, useEffect, useId, useRef } from "react";
import { cx } from "./class-names";
import { TableRow } from "./TableRow";
import { useCursor, useRowKeys, useSteadyRow } from "./table-keys";
import type { ListWindow } from "./use-window";

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

  const press = (index: number, event: MouseEvent) => {
    const row = list.rowAt(index);
    if (row && selection && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      choose(row, index, event.shiftKey);
    } else if (row) {
      cursor.set(index);
      onOpen?.(row);
    }
  };
  const chooseFrom = (index: number, toHere: boolean) => {
    const row = list.rowAt(index);
    if (row) {
      choose(row, index, toHere);
      // The keys that follow are for the row.
      scroller.current?.focus({ preventScroll: true });
    }
  };
  const latest = useRef({ press, chooseFrom });
  latest.current = { press, chooseFrom };
  const onPress = useCallback((index: number, event: MouseEvent) => latest.current.press(index, event), []);
  const onChoose = useCallback(
    (index: number, toHere: boolean) => latest.current.chooseFrom(index, toHere),
    [],
  );

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
      <Heading {...props} />
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = list.rowAt(index);
          return (
            <TableRow
              key={index}
              id={id}
              index={index}
              row={row}
              before={index > 0 ? list.rowAt(index - 1) : undefined}
              columns={columns}
              grid={grid}
              className={row && props.rowClass?.(row)}
              top={start}
              height={rowHeight}
              atCursor={cursor.index === index}
              chosen={selection ? row !== undefined && selection.has(row) : null}
              name={selection && row ? selection.name(row) : null}
              onPress={onPress}
              onChoose={onChoose}
            />
          );
        })}
      </div>
    </div>
  );
}

function Heading<Row extends object, By extends string>(props: Props<Row, By>) {
  const { columns, grid, sort, onSort, selection } = props;
  return (
    <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-surface">
      <div role="row" tabIndex={-1} className={cx("grid h-8 items-center gap-3 px-5", grid)}>
        {selection ? (
          <div role="columnheader" tabIndex={-1}>
            <span className="sr-only">Selected</span>
          </div>
        ) : null}
        {columns.map(({ id, header, by, className }) => {
          const on = by !== undefined && sort?.by === by;
          return (
            <div
              key={id}
              role="columnheader"
              tabIndex={-1}
              aria-sort={on ? (sort.descending ? "descending" : "ascending") : undefined}
              className={cx("truncate text-sm font-medium text-text-3", className)}
            >
              {by !== undefined && onSort ? (
                <button
                  type="button"
                  className={cx("inline-flex items-center gap-1 rounded hover:text-text", on && "text-text")}
                  onClick={() => onSort({ by, descending: on ? !sort.descending : false })}
                >
                  {header}
                  {on ? (
                    sort.descending ? (
                      <ArrowDown size={12} aria-hidden="true" />
                    ) : (
                      <ArrowUp size={12} aria-hidden="true" />
                    )
                  ) : null}
                </button>
              ) : (
                header
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
