import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, ChevronDown } from "lucide-react";
import { type ReactNode, useState } from "react";
import { cx } from "./class-names";
import { inputLook } from "./Field";

export type Option = { value: string; label: string; note?: string | null; mark?: ReactNode };

type Props = {
  value: Option | null;
  onChange: (option: Option | null) => void;
  options: readonly Option[];
  /** Asked while typing; then `options` are taken as the answer and not filtered again. */
  onType?: (text: string) => void;
  /** Told when the list opens and closes: what nobody looks at need not be asked for. */
  onOpenChange?: (open: boolean) => void;
  placeholder?: string;
  empty?: ReactNode;
  /** Below the options, e.g. a way to add what is missing. */
  footer?: ReactNode | ((typed: string, close: () => void) => ReactNode);
  control: {
    id?: string;
    "aria-invalid"?: boolean;
    "aria-describedby"?: string | undefined;
    "aria-label"?: string;
    autoFocus?: boolean;
  };
  className?: string;
};

export const popupLook =
  "max-h-80 w-(--anchor-width) min-w-64 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-pop";
export const itemLook =
  "flex min-h-8 items-center gap-2 rounded-md px-2 py-1 data-[highlighted]:bg-hover data-[selected]:font-medium";

type Change = { reason: string; cancel: () => void; allowPropagation: () => void };

/** Escape closes the list, and then whatever the field stands in; what was chosen stays. */
export function isEscape(details: Change): boolean {
  if (details.reason !== "escape-key") {
    return false;
  }
  details.cancel();
  details.allowPropagation();
  return true;
}

/** One of many, found by typing. */
export function Combobox({
  value,
  onChange,
  options,
  onType,
  onOpenChange,
  placeholder,
  empty,
  footer,
  control,
  className,
}: Props) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const show = (next: boolean) => {
    setOpen(next);
    onOpenChange?.(next);
  };
  const foot = typeof footer === "function" ? footer(typed, () => show(false)) : footer;
  return (
    <Base.Root
      items={options}
      value={value}
      open={open}
      onOpenChange={show}
      onValueChange={(next, details) => {
        if (!isEscape(details)) {
          onChange(next);
        }
      }}
      onInputValueChange={(text, details) => {
        if (isEscape(details)) {
          return;
        }
        setTyped(text);
        // Choosing fills the input too: that is no question.
        onType?.(details.reason === "input-change" ? text : "");
      }}
      filter={onType ? null : undefined}
      itemToStringLabel={(option: Option) => option.label}
      isItemEqualToValue={(a: Option, b: Option) => a.value === b.value}
      limit={200}
      autoHighlight
    >
      <div className="relative">
        <Base.Input
          {...control}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          className={cx(inputLook, "pr-8", className)}
        />
        <Base.Trigger
          aria-label="Show choices"
          tabIndex={-1}
          className="absolute inset-y-0 right-0 grid w-8 place-items-center text-text-3"
        >
          <ChevronDown size={14} />
        </Base.Trigger>
      </div>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50">
          <Base.Popup className={popupLook}>
            <Base.Empty className="px-2 py-1.5 text-text-3 empty:hidden">
              {empty ?? "Nothing fits."}
            </Base.Empty>
            <Base.List>
              {(option: Option) => (
                <Base.Item key={option.value} value={option} className={itemLook}>
                  <span className="min-w-0 flex-1">
                    <span className="block truncate">{option.label}</span>
                    {option.note || option.mark ? (
                      <span className="flex min-w-0 items-center gap-1.5 text-sm font-normal text-text-3">
                        {option.mark}
                        <span className="truncate">{option.note}</span>
                      </span>
                    ) : null}
                  </span>
                  <Base.ItemIndicator>
                    <Check size={14} />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
            {foot}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
