import type { ReactNode } from "react";
import { PrintedBy } from "./PrintedBy";

/** A sheet as it will come out of the printer, whatever theme the window has. Tables break between their rows. */
export function Paper({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: nothing in it takes the focus, and it has to scroll by keyboard
      tabIndex={0}
      className="min-h-0 flex-1 overflow-y-auto bg-canvas px-5 py-6 focus-visible:-outline-offset-2 print:bg-transparent print:p-0"
    >
      <article
        aria-label={label}
        className="paper mx-auto w-[720px] max-w-full rounded-md border border-line bg-raised px-10 py-9 text-text shadow-card print:w-auto print:border-0 print:p-0 print:shadow-none"
      >
        <PrintedBy />
        {children}
      </article>
    </div>
  );
}

export function PaperHeading({ children }: { children: ReactNode }) {
  return (
    <h2 className="mt-5 mb-1 break-after-avoid border-b border-edge pb-0.5 text-base font-semibold">
      {children}
    </h2>
  );
}

/** A table whose heading is repeated on each page. */
export function PaperTable({
  label,
  columns,
  children,
}: {
  label: string;
  /** Heading and width of each; an empty heading has a name for those who do not see it. */
  columns: { word: string; width?: string; hidden?: boolean }[];
  children: ReactNode;
}) {
  return (
    <table aria-label={label} className="paper-table w-full table-fixed text-left">
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.word} scope="col" style={{ width: column.width }}>
              {column.hidden ? <span className="sr-only">{column.word}</span> : column.word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** A box to tick with a pen; ticked already where it is done. */
export function TickBox({ done }: { done: boolean }) {
  return (
    <span
      role="img"
      aria-label={done ? "done" : "to do"}
      className="mt-[3px] inline-grid size-3.5 place-items-center align-top rounded-[2px] border border-text text-[11px] leading-none"
    >
      {done ? "✓" : ""}
    </span>
  );
}
