import { cx } from "@/components/class-names";
import { useFormat } from "@/components/session";
import type { ImportFilePreview } from "@/ipc/types";
import { columns } from "./figures";
import { type Book, kindWord } from "./plan";

type Props = {
  books: Book[];
  files: ImportFilePreview[];
  /** Whose rows are shown below. */
  shown: string;
  onShow: (sourceId: string) => void;
};

/** Every file with its figures; arrows go from one to the next. */
export function FileFigures({ books, files, shown, onShow }: Props) {
  const format = useFormat();
  return (
    <div className="max-h-56 overflow-y-auto rounded-lg border border-line">
      <table aria-label="Files" className="w-full border-collapse">
        <thead className="sticky top-0 bg-canvas text-sm text-text-3">
          <tr>
            <th scope="col" className="px-3 py-1 text-left font-medium">
              File
            </th>
            {columns.map((column) => (
              <th key={column.word} scope="col" className="px-3 py-1 text-right font-medium">
                {column.wanted === null ? "Rows" : column.word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {files.map((file) => {
            const book = books.find((one) => one.source.source_id === file.source_id);
            const on = file.source_id === shown;
            return (
              <tr
                key={file.source_id}
                onClick={() => onShow(file.source_id)}
                className={cx(
                  "border-t border-line/60 has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent hover:bg-hover",
                  on && "bg-accent-soft shadow-[inset_2px_0_var(--accent)] hover:bg-accent-soft",
                )}
              >
                <th scope="row" className="text-left font-normal">
                  {/* WebKitGTK does not let a row hold what is placed absolutely: its label must not be stretched over it. */}
                  <label className="relative flex min-h-8 items-center gap-2 px-3">
                    <input
                      type="radio"
                      name="shown-file"
                      className="sr-only"
                      checked={on}
                      onChange={() => onShow(file.source_id)}
                    />
                    <span className="font-medium break-all">{book?.source.file_name}</span>
                    <span className="text-sm text-text-3">{kindWord(file.kind)}</span>
                  </label>
                </th>
                {columns.map((column) => {
                  const rows = column.rows(file.preview);
                  return (
                    <td
                      key={column.word}
                      className={cx("px-3 text-right", rows === 0 ? "text-text-3" : column.look)}
                    >
                      {format.number(rows)}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
