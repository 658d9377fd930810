import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Input } from "@/components/Field";
import { Failed, Loading } from "@/components/States";
import { useFormat } from "@/components/session";

const licencesQuery = {
  queryKey: ["licences"],
  // Read when somebody asks for it, and by no other page.
  queryFn: async () => (await import("virtual:licences")).default,
  staleTime: Number.POSITIVE_INFINITY,
};

type All = Awaited<ReturnType<typeof licencesQuery.queryFn>>;
type Part = All["parts"][number];

/** Everything that Cloche is made of, to be searched by name or licence. */
export function Licences() {
  const licences = useQuery(licencesQuery);
  const [wanted, setWanted] = useState("");
  const format = useFormat();
  if (licences.error) {
    return <Failed error={licences.error} onRetry={() => void licences.refetch()} />;
  }
  if (!licences.data) {
    return <Loading label="Reading the list…" />;
  }
  const { parts, texts } = licences.data;
  const words = wanted.trim().toLowerCase();
  const found = parts.filter(({ name, licence }) => `${name} ${licence}`.toLowerCase().includes(words));
  return (
    <div className="grid gap-2">
      <Input
        type="search"
        autoFocus
        aria-label="Find a part or a licence"
        placeholder="Find a part or a licence…"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
        className="max-w-sm"
      />
      <p role="status" className="text-sm text-text-3">
        {found.length === parts.length
          ? `${format.number(parts.length)} parts`
          : `${format.number(found.length)} of ${format.number(parts.length)} parts`}
      </p>
      <ul aria-label="Parts">
        {found.map((part) => (
          <li
            key={`${part.kind}/${part.name}/${part.version}`}
            className="border-b border-line/60 last:border-none"
          >
            <Terms part={part} texts={texts} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Terms({ part, texts }: { part: Part; texts: All["texts"] }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex min-h-8 cursor-default items-center gap-3 rounded-md px-2 hover:bg-hover">
        <span className="min-w-0 flex-1 truncate font-medium" title={part.name}>
          {part.name} <span className="font-normal text-text-3 tabular-nums">{part.version}</span>
        </span>
        <span className="max-w-[50%] truncate text-text-2" title={part.licence}>
          {part.licence}
        </span>
      </summary>
      {open ? (
        <div className="grid gap-3 px-2 pt-1 pb-3">
          {part.texts.map((at) => (
            <pre
              key={at}
              className="overflow-x-auto font-mono text-xs whitespace-pre-wrap text-text-2 select-text"
            >
              {texts[at]}
            </pre>
          ))}
          {part.texts.length === 0 ? (
            <p className="text-text-3">
              It comes without a text of its own; the licence is known by its name.
            </p>
          ) : null}
        </div>
      ) : null}
    </details>
  );
}
