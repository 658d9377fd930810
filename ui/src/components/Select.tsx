import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./class-names";
import { inputLook } from "./Field";

type Option<Value extends string> = { value: Value; label: string; mark?: ReactNode };

type Props<Value extends string> = {
  value: Value;
  onChange: (value: Value) => void;
  options: readonly Option<Value>[];
  id?: string;
  label?: string;
  className?: string;
};

/** One of a few words. For many, use a combobox. */
export function Select<Value extends string>({
  value,
  onChange,
  options,
  id,
  label,
  className,
}: Props<Value>) {
  const items = options.map(({ value: option, label: text }) => ({ value: option, label: text }));
  return (
    <Base.Root
      items={items}
      value={value}
      onValueChange={(next) => {
        if (next !== null) {
          onChange(next as Value);
        }
      }}
    >
      <Base.Trigger
        id={id}
        aria-label={label}
        className={cx(inputLook, "flex items-center gap-2 text-left whitespace-nowrap", className)}
      >
        <Base.Value className="min-w-0 flex-1 truncate" />
        <ChevronDown size={14} className="shrink-0 text-text-3" />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className="max-h-80 min-w-(--anchor-width) overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-pop">
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="flex min-h-8 items-center gap-2 rounded-md px-2 py-1 data-[highlighted]:bg-hover"
              >
                {option.mark}
                <Base.ItemText className="flex-1">{option.label}</Base.ItemText>
                <Base.ItemIndicator>
                  <Check size={14} />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
