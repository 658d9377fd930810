import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { ClientRow } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { Combobox, type Option } from "./Combobox";
import { useDebounced } from "./use-debounced";

export function clientOption(row: Pick<ClientRow, "id" | "company_name" | "contact_name">): Option {
  return { value: row.id, label: row.company_name, note: row.contact_name };
}

type Props = {
  value: Option | null;
  onChange: (client: Option | null) => void;
  control: Parameters<typeof Combobox>[0]["control"];
  placeholder?: string;
  /** Offers to make a client that is not there yet, named as typed. */
  onNew?: (typed: string) => void;
  className?: string;
};

/** Finds a client by typing a part of its name. */
export function ClientPicker({
  value,
  onChange,
  control,
  placeholder = "Find a client…",
  onNew,
  className,
}: Props) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const text = useDebounced(typed.trim(), 120);
  const found = useQuery({
    queryKey: [...roots.clients, "pick", text],
    queryFn: async () =>
      unwrap(
        await commands.clientList({
          text: text === "" ? null : text,
          sort: { by: "company_name", descending: false },
          offset: 0,
          limit: 50,
        }),
      ).rows.map(clientOption),
    enabled: open,
    placeholderData: keepPreviousData,
  });
  return (
    <Combobox
      control={control}
      className={className}
      placeholder={placeholder}
      value={value}
      onChange={onChange}
      onType={setTyped}
      onOpenChange={setOpen}
      options={found.data ?? []}
      empty={found.isPending ? "Looking…" : "No client fits."}
      footer={
        onNew
          ? (now, close) => (
              <button
                type="button"
                className="sticky -bottom-1 mt-1 flex min-h-9 w-full items-center gap-2 rounded-md border-t border-line bg-raised px-2 text-left font-medium text-accent hover:bg-hover"
                onClick={() => {
                  close();
                  onNew(now === value?.label ? "" : now);
                }}
              >
                <Plus size={14} aria-hidden="true" />
                New client…
              </button>
            )
          : undefined
      }
    />
  );
}
