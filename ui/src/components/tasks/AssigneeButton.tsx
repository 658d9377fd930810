import { Combobox as Base } from "@base-ui/react/combobox";
import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { type ReactElement, useState } from "react";
import { itemLook, type Option, popupLook } from "../Combobox";
import { Input } from "../Field";
import { useDebounced } from "../use-debounced";
import { staffQuery } from "./queries";

type Props = {
  /** The button; it opens the list. */
  trigger: ReactElement;
  /** What the list is for, for those who do not see it. */
  label: string;
  value: string | null;
  /** Null: nobody. */
  onPick: (person: Option | null) => void;
  /** Whether nobody is among the choices; else it is where somebody is assigned. */
  offerNobody?: boolean;
  /** Then the button only tells why. */
  disabled?: boolean;
};

const nobody: Option = { value: "", label: "Nobody" };

/** A button that opens a list of people to find one in. */
export function AssigneeButton({
  trigger,
  label,
  value,
  onPick,
  offerNobody = value !== null,
  disabled = false,
}: Props) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const text = useDebounced(typed.trim(), 120);
  const found = useQuery({ ...staffQuery(text), enabled: open });
  const people = found.data ?? [];
  const options = text === "" && offerNobody ? [nobody, ...people] : people;
  if (disabled) {
    return trigger;
  }
  return (
    <Base.Root
      items={options}
      value={people.find((person) => person.value === value) ?? null}
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setTyped("");
      }}
      inputValue={typed}
      onInputValueChange={(next, details) => setTyped(details.reason === "input-change" ? next : "")}
      onValueChange={(person: Option | null) => {
        if (person && person.value !== value) {
          onPick(person.value === "" ? null : person);
        }
      }}
      filter={null}
      itemToStringLabel={(option: Option) => option.label}
      isItemEqualToValue={(a: Option, b: Option) => a.value === b.value}
      autoHighlight
    >
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="start" className="z-50">
          <Base.Popup aria-label={label} className={popupLook}>
            <div className="sticky -top-1 -m-1 mb-1 border-b border-line bg-raised p-1.5">
              <Base.Input render={<Input className="h-8" />} aria-label={label} placeholder="Name or role…" />
            </div>
            <Base.Empty className="px-2 py-1.5 text-text-3 empty:hidden">
              {found.isPending ? "Looking…" : "Nobody fits."}
            </Base.Empty>
            <Base.List>
              {(option: Option) => (
                <Base.Item key={option.value} value={option} className={itemLook}>
                  <span className="min-w-0 flex-1">
                    <span className="block truncate">{option.label}</span>
                    {option.note ? (
                      <span className="block truncate text-sm font-normal text-text-3">{option.note}</span>
                    ) : null}
                  </span>
                  {option.value !== "" && option.value === value ? <Check size={14} /> : null}
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
