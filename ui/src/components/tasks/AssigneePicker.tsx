import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Combobox, type Option } from "../Combobox";
import { useDebounced } from "../use-debounced";
import { staffQuery } from "./queries";

type Props = {
  value: Option | null;
  onChange: (person: Option | null) => void;
  control: Parameters<typeof Combobox>[0]["control"];
  placeholder?: string;
  /** Offered first, e.g. nobody. */
  first?: readonly Option[];
  className?: string;
};

/** Finds a person by typing a part of the name or role. An emptied field means nobody. */
export function AssigneePicker({ value, onChange, control, placeholder, first = [], className }: Props) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const text = useDebounced(typed.trim(), 120);
  const found = useQuery({ ...staffQuery(text), enabled: open });
  return (
    <Combobox
      control={control}
      className={className}
      placeholder={placeholder ?? "Nobody yet"}
      value={value}
      onChange={onChange}
      onType={setTyped}
      onOpenChange={setOpen}
      options={text === "" ? [...first, ...(found.data ?? [])] : (found.data ?? [])}
      empty={found.isPending ? "Looking…" : "Nobody fits."}
    />
  );
}
