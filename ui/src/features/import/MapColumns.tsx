import { TriangleAlert } from "lucide-react";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { Select } from "@/components/Select";
import { Failed, Loading } from "@/components/States";
import { useFormat } from "@/components/session";
import type { ImportFields, ImportSource } from "@/ipc/types";
import { asKind, type Book, kindOptions, missingOf } from "./plan";
import { useFields } from "./queries";
import { ZoneField } from "./ZoneField";

type Way = { word: string; run: () => void };
type Props = {
  book: Book;
  zone: string;
  onZone: (zone: string) => void;
  onChange: (book: Book) => void;
  back?: Way;
  /** `whole`: only once every required field has its column. */
  next: Way & { whole: boolean };
};

/** What the rows of one file are, and which column holds what; guessed, and the person's to correct. */
export function MapColumns({ book, zone, onZone, onChange, back, next }: Props) {
  const format = useFormat();
  const { source, kind } = book;
  const { fields, error, retry } = useFields();
  if (error) {
    return <Failed error={error} onRetry={retry} />;
  }
  if (!fields) {
    return <Loading />;
  }
  const missing = missingOf(book, fields[kind]).map((field) => field.label);
  return (
    <>
      <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">
        <p className="pb-3 text-text-2">
          <b className="font-semibold text-text">{source.file_name}</b> · {format.number(source.rows)} rows ·{" "}
          {delimiterWord(source.delimiter)} · {source.encoding}
        </p>
        <Problems source={source} />
        <div className="flex gap-4 pb-5">
          <Field label="These rows are">
            {(control) => (
              <Select
                id={control.id}
                className="w-44"
                value={kind}
                onChange={(chosen) => onChange(asKind(book, chosen, fields[chosen]))}
                options={kindOptions}
              />
            )}
          </Field>
          {kind === "events" ? <ZoneField zone={zone} onChange={onZone} /> : null}
        </div>
        <MappingTable book={book} fields={fields[kind]} onChange={onChange} />
      </div>
      <footer className="flex items-center gap-2 border-t border-line px-5 py-3">
        {back ? <Button onClick={back.run}>{back.word}</Button> : null}
        <span className="ml-auto text-text-2">
          {missing.length > 0 ? `Still without a column: ${missing.join(", ")}` : null}
        </span>
        <Button
          kind="primary"
          reason={next.whole && missing.length > 0 ? `Choose a column for ${missing.join(", ")}.` : null}
          onClick={next.run}
        >
          {next.word}
        </Button>
      </footer>
    </>
  );
}

function delimiterWord(delimiter: string): string {
  const known: Record<string, string> = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };
  return `separated by ${known[delimiter] ?? delimiter}`;
}

function Problems({ source }: { source: ImportSource }) {
  if (source.problems.length === 0) {
    return null;
  }
  return (
    <ul aria-label="About this file" className="mb-4 grid gap-1 rounded-lg bg-warn-soft px-3 py-2">
      {source.problems.map((problem) => (
        <li key={problem} className="flex gap-2">
          <TriangleAlert size={14} aria-hidden="true" className="mt-0.5 shrink-0 text-warn" />
          {problem}
        </li>
      ))}
    </ul>
  );
}

type TableProps = { book: Book; fields: ImportFields["fields"]; onChange: (book: Book) => void };

function MappingTable({ book, fields, onChange }: TableProps) {
  const { source, mapping } = book;
  const columns = [
    { value: "", label: "not in this file" },
    ...source.columns.map((column, index) => ({
      value: String(index),
      label: column.trim() || `Column ${index + 1}`,
    })),
  ];
  return (
    <table className="w-full max-w-5xl border-collapse">
      <thead>
        <tr className="border-b border-line text-left text-sm text-text-3">
          <th scope="col" className="w-48 py-1.5 font-medium">
            In Cloche
          </th>
          <th scope="col" className="w-60 py-1.5 font-medium">
            Column
          </th>
          <th scope="col" className="py-1.5 pl-4 font-medium">
            First rows
          </th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => {
          const column = mapping[field.name] ?? null;
          const samples =
            column === null ? [] : source.samples.map((row) => row[column]?.trim() ?? "").filter(Boolean);
          return (
            <tr key={field.name} className="border-b border-line/60">
              <th scope="row" className="py-1 text-left font-medium">
                {field.label}
                {field.required ? null : <span className="ml-1 font-normal text-text-3">(optional)</span>}
              </th>
              <td className="py-1">
                <Select
                  label={`Column for ${field.label}`}
                  value={column === null ? "" : String(column)}
                  options={columns}
                  onChange={(next) =>
                    onChange({
                      ...book,
                      mapping: { ...mapping, [field.name]: next === "" ? null : Number(next) },
                    })
                  }
                />
              </td>
              <td className="max-w-0 truncate py-1 pl-4 text-text-2" title={samples.join("\n")}>
                {samples.slice(0, 3).join("  ·  ")}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
