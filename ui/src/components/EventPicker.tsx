import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { EventRow } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { Combobox, type Option } from "./Combobox";
import type { Format } from "./format";
import { todayIn } from "./now";
import { useFormat } from "./session";
import { useDebounced } from "./use-debounced";
import { dayStart } from "./wall-time";

/** An event as a choice; it brings its zone along. */
export type EventOption = Option & { time_zone: string };

export function eventOption(
  row: Pick<EventRow, "id" | "name" | "client_name" | "starts_at" | "time_zone">,
  format: Format,
): EventOption {
  return {
    value: row.id,
    label: row.name,
    note: `${format.day(row.starts_at, row.time_zone)} · ${row.client_name}`,
    time_zone: row.time_zone,
  };
}

type Props = {
  value: Option | null;
  onChange: (event: EventOption | null) => void;
  control: Parameters<typeof Combobox>[0]["control"];
  placeholder?: string;
  className?: string;
};

/** Finds an event by typing a part of its name or client; offers what comes next before anything is typed. */
export function EventPicker({ value, onChange, control, placeholder, className }: Props) {
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const text = useDebounced(typed.trim(), 120);
  const found = useQuery({
    queryKey: [...roots.events, "pick", text],
    queryFn: async () => {
      const today = todayIn(format.zone);
      return unwrap(
        await commands.eventList({
          filter: {
            statuses: [],
            client_id: null,
            event_type: null,
            from: text === "" ? dayStart(today, format.zone) : null,
            until: null,
            text: text === "" ? null : text,
            archived: "without",
          },
          sort: { by: "starts_at", descending: text !== "" },
          offset: 0,
          limit: 50,
        }),
      ).rows;
    },
    enabled: open,
    placeholderData: keepPreviousData,
  });
  return (
    <Combobox
      control={control}
      className={className}
      placeholder={placeholder ?? "Find an event…"}
      value={value}
      onChange={(option) => onChange(option as EventOption | null)}
      onType={setTyped}
      onOpenChange={setOpen}
      options={(found.data ?? []).map((row) => eventOption(row, format))}
      empty={found.isPending ? "Looking…" : "No event fits."}
    />
  );
}
