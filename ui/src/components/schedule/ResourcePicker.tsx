import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Combobox, type Option } from "@/components/Combobox";
import { Select } from "@/components/Select";
import { useFormat } from "@/components/session";
import { useDebounced } from "@/components/use-debounced";
import type { AssignmentAsk, Candidate, ResourceRow, ResourceType } from "@/ipc/types";
import { candidatesQuery } from "./queries";
import { NowGlyph } from "./ResourceMark";
import { resourceTypes, typeWord } from "./words";

export type Picked = Pick<
  ResourceRow,
  "id" | "name" | "type" | "quantity" | "setup_minutes" | "teardown_minutes"
>;

type Props = {
  control: {
    id: string;
    "aria-invalid": boolean;
    "aria-describedby": string | undefined;
    autoFocus?: boolean;
  };
  value: Picked | null;
  onChange: (resource: Picked | null) => void;
  /** What is wanted, without the resource; null while the times are no times. */
  ask: Omit<AssignmentAsk, "resource_id"> | null;
  zone: string;
  /** Only of this type, e.g. when another person takes over. */
  type: ResourceType | null;
  onType: (type: ResourceType | null) => void;
};

/** Who or what: the free ones first, the others with what they are busy with. */
export function ResourcePicker({ control, value, onChange, ask, zone, type, onType }: Props) {
  const format = useFormat();
  const [typed, setTyped] = useState("");
  const text = useDebounced(typed.trim(), 120);
  const found = useQuery(
    candidatesQuery(
      ask && {
        event_id: ask.event_id,
        entry_id: ask.entry_id,
        starts_local: ask.starts_local,
        ends_local: ask.ends_local,
        starts_choice: ask.starts_choice,
        ends_choice: ask.ends_choice,
        text: text === "" ? null : text,
        types: type ? [type] : [],
      },
    ),
  );
  const note = ({ row, free, conflict }: Candidate): string => {
    if (!row.is_available) {
      return "Not available";
    }
    if (conflict) {
      const when = format.span(conflict.starts_at, conflict.ends_at, zone);
      return conflict.event_id !== null && conflict.event_id === ask?.event_id
        ? `Already on this event, ${when}`
        : `Busy: ${conflict.title}, ${when}`;
    }
    const what = row.role ?? typeWord(row.type).toLowerCase();
    return row.quantity > 1
      ? `${format.number(free)} of ${format.number(row.quantity)} free · ${what}`
      : `Free · ${what}`;
  };
  const options = (found.data ?? []).map(
    (one): Option => ({
      value: one.row.id,
      label: one.row.name,
      note: note(one),
      mark: <NowGlyph now={one.row.is_available ? (one.conflict ? "busy" : "free") : "unavailable"} />,
    }),
  );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_128px] gap-2">
      <Combobox
        control={control}
        placeholder="Type a name or a role…"
        value={value && { value: value.id, label: value.name }}
        onChange={(option) => onChange(found.data?.find((one) => one.row.id === option?.value)?.row ?? null)}
        onType={setTyped}
        options={options}
        empty={
          ask === null ? "Give the times first." : found.isPending ? "Looking…" : "Nobody and nothing fits."
        }
      />
      <Select
        label="Type of resource"
        value={type ?? ""}
        onChange={(next) => onType(next === "" ? null : next)}
        options={[
          { value: "" as const, label: "All types" },
          ...resourceTypes.map((one) => ({ value: one, label: typeWord(one) })),
        ]}
      />
    </div>
  );
}
