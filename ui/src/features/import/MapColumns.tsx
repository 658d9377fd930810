import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { Button } from "@/components/Button";
import { Combobox } from "@/components/Combobox";
import { Field } from "@/components/Field";
import { Select } from "@/components/Select";
import { Failed, Loading } from "@/components/States";
import { useFormat } from "@/components/session";
import { zoneOption, zoneOptions } from "@/components/zones";
import { commands } from "@/ipc/bindings";
import type { ImportFields, ImportSource } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import type { Plan } from "./ImportScreen";

type Props = { plan: Plan; onChange: (plan: Plan) => void; onBack: () => void; onNext: () => void };

/** What the rows are, and which column holds what; guessed, and the person's to correct. */
export function MapColumns({ plan, onChange, onBack, onNext }: Props) {
  const format = useFormat();
  const { source, kind, mapping } = plan;
  const fields = useQuery({
    queryKey: ["import", "fields", kind],
    queryFn: async () => unwrap(await commands.importFields({ kind })).fields,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  if (fields.error) {
    return <Failed error={fields.error} onRetry={() => void fields.refetch()} />;
  }
  if (!fields.data) {
    return <Loading />;
  }
  const missing = fields.data.filter((field) => field.required && (mapping[field.name] ?? null) === null);
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
                onChange={(next) =>
                  onChange({ ...plan, kind: next, mapping: next === source.kind ? source.mapping : {} })
                }
                options={[
                  { value: "clients", label: "Clients" },
                  { value: "events", label: "Events" },
                ]}
              />
            )}
          </Field>
          {kind === "events" ? (
            <Field label="Time zone where a row names none" className="w-80">
              {(control) => (
                <Combobox
                  control={control}
                  options={zoneOptions()}
                  value={zoneOption(plan.zone)}
                  onChange={(zone) => onChange({ ...plan, zone: zone?.value ?? plan.zone })}
                />
              )}
            </Field>
          ) : null}
        </div>
        <MappingTable plan={plan} fields={fields.data} onChange={onChange} />
      </div>
      <footer className="flex items-center gap-2 border-t border-line px-5 py-3">
        <Button onClick={onBack}>Another file</Button>
        <Button
          kind="primary"
          className="ml-auto"
          reason={
            missing.length > 0
              ? `Choose a column for ${missing.map((field) => field.label).join(", ")}.`
              : null
          }
          onClick={onNext}
        >
          Try it out
        </Button>
        {missing.length > 0 ? (
          <span className="order-first ml-auto text-text-2">
            Still without a column: {missing.map((field) => field.label).join(", ")}
          </span>
        ) : null}
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

function MappingTable({
  plan,
  fields,
  onChange,
}: {
  plan: Plan;
  fields: ImportFields["fields"];
  onChange: (plan: Plan) => void;
}) {
  const { source, mapping } = plan;
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
                      ...plan,
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
