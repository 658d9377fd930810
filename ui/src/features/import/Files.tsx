import { TriangleAlert } from "lucide-react";
import { Button } from "@/components/Button";
import { cx } from "@/components/class-names";
import { Select } from "@/components/Select";
import { Failed, Loading } from "@/components/States";
import { useFormat } from "@/components/session";
import { asKind, type Book, hasEvents, kindOptions, missingOf, type Plan, takenOf, withBook } from "./plan";
import { type Fields, useFields } from "./queries";
import { ZoneField } from "./ZoneField";

type Props = {
  plan: Plan;
  onChange: (plan: Plan) => void;
  onColumns: (sourceId: string) => void;
  onBack: () => void;
  onNext: () => void;
};

const head = "py-1.5 pr-3 text-left text-sm font-medium text-text-3";

/** The files of a folder, with what each seems to hold: the person's to correct, and to leave out. */
export function Files({ plan, onChange, onColumns, onBack, onNext }: Props) {
  const { fields, error, retry } = useFields();
  if (error) {
    return <Failed error={error} onRetry={retry} />;
  }
  if (!fields) {
    return <Loading />;
  }
  const taken = takenOf(plan);
  const unready = taken.filter((book) => missingOf(book, fields[book.kind]).length > 0);
  const names = unready.map((book) => book.source.file_name).join(", ");
  return (
    <>
      <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">
        <p className="pb-3 text-text-2">
          <b className="font-semibold text-text">{plan.folder?.name}</b> · what each file seems to hold.
          Correct it where it is wrong, and leave out what you do not want.
        </p>
        <table aria-label="Files of the folder" className="w-full max-w-5xl border-collapse">
          <thead>
            <tr className="border-b border-line">
              <th scope="col" className={head}>
                File
              </th>
              <th scope="col" className={cx(head, "w-24 text-right")}>
                Rows
              </th>
              <th scope="col" className={cx(head, "w-48 pl-3")}>
                Holds
              </th>
              <th scope="col" className={head}>
                Columns
              </th>
            </tr>
          </thead>
          <tbody>
            {plan.books.map((book) => (
              <FileRow
                key={book.source.source_id}
                book={book}
                fields={fields}
                onChange={(next) => onChange(withBook(plan, next))}
                onColumns={() => onColumns(book.source.source_id)}
              />
            ))}
          </tbody>
        </table>
        {hasEvents(plan) ? (
          <div className="pt-5">
            <ZoneField zone={plan.zone} onChange={(zone) => onChange({ ...plan, zone })} />
          </div>
        ) : null}
        <LeftOut plan={plan} />
      </div>
      <footer className="flex items-center gap-2 border-t border-line px-5 py-3">
        <Button onClick={onBack}>Another folder</Button>
        <span className="ml-auto text-text-2">
          {unready.length > 0 ? `Still without a column: ${names}` : null}
        </span>
        <Button
          kind="primary"
          reason={
            taken.length === 0
              ? "Choose at least one file."
              : unready.length > 0
                ? `Choose the missing columns of ${names}, or leave it out.`
                : null
          }
          onClick={onNext}
        >
          Try it out
        </Button>
      </footer>
    </>
  );
}

type RowProps = { book: Book; fields: Fields; onChange: (book: Book) => void; onColumns: () => void };

function FileRow({ book, fields, onChange, onColumns }: RowProps) {
  const format = useFormat();
  const { source } = book;
  const missing = missingOf(book, fields[book.kind]);
  const used = Object.values(book.mapping).filter((column) => column !== null).length;
  return (
    <tr className="h-12 border-b border-line/60">
      <th scope="row" className="py-1 pr-3 text-left font-medium">
        <label className="flex min-h-8 items-center gap-2.5">
          <input
            type="checkbox"
            className="size-4 shrink-0 accent-accent"
            checked={book.taken}
            onChange={(event) => onChange({ ...book, taken: event.target.checked })}
          />
          <span className={cx("break-all", !book.taken && "text-text-3")}>{source.file_name}</span>
        </label>
      </th>
      <td className="text-right">{format.number(source.rows)}</td>
      <td className="py-1 pr-3 pl-3">
        {book.taken ? (
          <Select
            label={`What ${source.file_name} holds`}
            value={book.kind}
            options={kindOptions}
            onChange={(kind) => onChange(asKind(book, kind, fields[kind]))}
          />
        ) : (
          <span className="text-text-3">Left out</span>
        )}
      </td>
      <td>
        {book.taken ? (
          <div className="flex items-center gap-3">
            <div className="min-w-0 flex-1">
              <p className={missing.length > 0 ? "text-danger" : "text-text-2"}>
                {missing.length > 0
                  ? `None yet for ${missing.map((field) => field.label).join(", ")}`
                  : `${format.number(used)} of ${format.number(source.columns.length)} used`}
              </p>
              {source.problems.map((problem) => (
                <p key={problem} className="flex gap-1.5 text-sm text-text-2">
                  <TriangleAlert size={13} aria-hidden="true" className="mt-0.5 shrink-0 text-warn" />
                  {problem}
                </p>
              ))}
            </div>
            <Button size="small" aria-label={`Columns of ${source.file_name}`} onClick={onColumns}>
              Columns…
            </Button>
          </div>
        ) : null}
      </td>
    </tr>
  );
}

/** What else lies in the folder, and why it stays there. */
function LeftOut({ plan }: { plan: Plan }) {
  const left = plan.folder?.left_out ?? [];
  if (left.length === 0) {
    return null;
  }
  return (
    <section aria-label="Stays where it is" className="pt-6">
      <h2 className="pb-1 text-sm font-medium text-text-3">Stays where it is</h2>
      <ul className="grid gap-0.5">
        {left.map((file) => (
          <li key={file.file_name} className="text-text-2">
            <span className="font-medium text-text">{file.file_name}</span> · {file.reason}
          </li>
        ))}
      </ul>
    </section>
  );
}
