import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { isEscape, itemLook, type Option, popupLook } from "./Combobox";

type Props = {
  value: Option[];
  onChange: (options: Option[]) => void;
  options: readonly Option[];
  placeholder?: string;
  empty?: ReactNode;
  control: { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined };
};

/** Several of many, each a chip that can be taken out again; Backspace takes out the last. */
export function MultiCombobox({ value, onChange, options, placeholder, empty, control }: Props) {
  const anchor = useRef<HTMLDivElement>(null);
  return (
    <Base.Root
      multiple
      items={options}
      value={value}
      onValueChange={(next: Option[], details) => {
        if (!isEscape(details)) {
          onChange(next);
        }
      }}
      onInputValueChange={(_, details) => void isEscape(details)}
      itemToStringLabel={(option: Option) => option.label}
      isItemEqualToValue={(a: Option, b: Option) => a.value === b.value}
      limit={200}
      autoHighlight
    >
      <Base.Chips
        ref={anchor}
        data-invalid={control["aria-invalid"] || undefined}
        className="flex min-h-9 w-full flex-wrap items-center gap-1 rounded-md border border-edge/70 bg-raised px-1.5 py-1 hover:border-edge has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-offset-1 has-[input:focus-visible]:outline-accent data-[invalid]:border-danger"
      >
        {value.map((option) => (
          <Base.Chip
            key={option.value}
            aria-label={option.label}
            className="flex min-h-7 max-w-full items-center gap-1 rounded-[5px] bg-hover pl-2 data-[highlighted]:bg-accent-soft"
          >
            <span className="truncate">{option.label}</span>
            <Base.ChipRemove
              aria-label={`Remove ${option.label}`}
              className="grid size-7 shrink-0 place-items-center rounded text-text-3 hover:text-text"
            >
              <X size={13} aria-hidden="true" />
            </Base.ChipRemove>
          </Base.Chip>
        ))}
        <Base.Input
          {...control}
          placeholder={value.length === 0 ? placeholder : undefined}
          autoComplete="off"
          spellCheck={false}
          className="h-7 min-w-24 flex-1 bg-transparent px-1 outline-none"
        />
      </Base.Chips>
      <Base.Portal>
        <Base.Positioner sideOffset={4} anchor={anchor} className="z-50">
          <Base.Popup className={popupLook}>
            <Base.Empty className="px-2 py-1.5 text-text-3 empty:hidden">
              {empty ?? "Nothing fits."}
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
                  <Base.ItemIndicator>
                    <Check size={14} />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
