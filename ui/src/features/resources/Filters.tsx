import { X } from "lucide-react";
import { Button } from "@/components/Button";
import { cx } from "@/components/class-names";
import { Select } from "@/components/Select";
import { resourceTypes, typeIcon, typeWord } from "@/components/schedule/words";
import { TextFilter } from "@/components/TextFilter";
import { FreeFilter } from "./FreeFilter";
import { cleared, isFiltered, type ResourcesSearch } from "./search-params";

type Props = { search: ResourcesSearch; onChange: (patch: Partial<ResourcesSearch>) => void };

/** Narrows the list: by type, text, availability and by who is free when. */
export function Filters({ search, onChange }: Props) {
  return (
    <search
      aria-label="Filter resources"
      className="flex flex-wrap items-center gap-2 border-b border-line px-5 py-2"
    >
      <Types search={search} onChange={onChange} />
      <TextFilter
        label="Search resources by text"
        placeholder="Name or role…"
        text={search.text ?? ""}
        onChange={(text) => onChange({ text: text === "" ? undefined : text })}
      />
      <Select
        label="Availability"
        className={cx("h-8 w-36", search.available && "border-accent bg-accent-soft")}
        value={search.available ?? "any"}
        onChange={(available) => onChange({ available: available === "any" ? undefined : available })}
        options={[
          { value: "any" as const, label: "Available or not" },
          { value: "yes" as const, label: "Available" },
          { value: "no" as const, label: "Not available" },
        ]}
      />
      <FreeFilter search={search} onChange={onChange} />
      {isFiltered(search) ? (
        <Button kind="ghost" onClick={() => onChange(cleared)}>
          <X size={14} aria-hidden="true" />
          Clear filters
        </Button>
      ) : null}
    </search>
  );
}

function Types({ search, onChange }: Props) {
  const chosen = search.type ?? [];
  return (
    <fieldset className="flex shrink-0 rounded-md border border-line p-px">
      <legend className="sr-only">Types</legend>
      {resourceTypes.map((type) => {
        const Icon = typeIcon(type);
        const on = chosen.includes(type);
        const next = resourceTypes.filter((one) => (one === type ? !on : chosen.includes(one)));
        return (
          <Button
            key={type}
            kind="ghost"
            size="small"
            aria-pressed={on}
            onClick={() => onChange({ type: next.length > 0 ? next : undefined })}
            className={on ? "bg-accent-soft text-text" : undefined}
          >
            <Icon size={14} aria-hidden="true" />
            {typeWord(type)}
          </Button>
        );
      })}
    </fieldset>
  );
}
