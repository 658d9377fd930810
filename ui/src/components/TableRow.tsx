import { type MouseEvent, memo } from "react";
import { cx } from "./class-names";
import { SelectCell } from "./SelectCell";
import type { Column } from "./WindowedTable";

type Props<Row, By extends string> = {
  id: string;
  index: number;
  /** What has not been read yet is shown as that. */
  row: Row | undefined;
  before: Row | undefined;
  columns: readonly Column<Row, By>[];
  grid: string;
  className: string | undefined;
  top: number;
  height: number;
  atCursor: boolean;
  /** Null where rows cannot be chosen. */
  chosen: boolean | null;
  /** What the row is called where it can be chosen. */
  name: string | null;
  /** These two stay the same as long as the table does. */
  onPress: (index: number, event: MouseEvent) => void;
  onChoose: (index: number, toHere: boolean) => void;
};

function Row<Row, By extends string>(props: Props<Row, By>) {
  const { index, row, before, columns, chosen, atCursor } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid itself opens the row under the cursor on Enter
    <div
      id={`${props.id}-${index}`}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={chosen ?? atCursor}
      onClick={(event) => props.onPress(index, event)}
      style={{ height: props.height, transform: `translateY(${props.top}px)` }}
      className={cx(
        "absolute inset-x-0 top-0 grid items-center gap-3 border-b border-line/60 px-5 outline-none hover:bg-hover",
        props.grid,
        chosen && "bg-accent-soft/60",
        atCursor && "bg-accent-soft shadow-[inset_2px_0_var(--accent)] hover:bg-accent-soft",
        props.className,
      )}
    >
      {chosen === null ? null : (
        <SelectCell name={props.name} chosen={chosen} onPress={(shift) => props.onChoose(index, shift)} />
      )}
      {columns.map((column) => (
        <div key={column.id} role="gridcell" className={cx("min-w-0 truncate", column.className)}>
          {row ? column.cell(row, before) : <span className="block h-3 w-2/3 rounded bg-hover" />}
        </div>
      ))}
    </div>
  );
}

/** A row of a table, drawn again only where something in it changed: a table is measured as soon as it stands. */
export const TableRow = memo(Row) as typeof Row;
