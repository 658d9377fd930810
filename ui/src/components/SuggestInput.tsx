import { Autocomplete as Base } from "@base-ui/react/autocomplete";
import { itemLook, popupLook } from "./Combobox";
import { cx } from "./class-names";
import { inputLook } from "./Field";

type Props = {
  value: string;
  onChange: (value: string) => void;
  suggestions: readonly string[];
  placeholder?: string;
  control: { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined };
};

/** Free text, with what others wrote before offered while typing. */
export function SuggestInput({ value, onChange, suggestions, placeholder, control }: Props) {
  return (
    <Base.Root items={suggestions} value={value} onValueChange={onChange} openOnInputClick limit={12}>
      <Base.Input
        {...control}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        className={cx(inputLook)}
      />
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50 data-[empty]:hidden">
          <Base.Popup className={popupLook}>
            <Base.List>
              {(suggestion: string) => (
                <Base.Item key={suggestion} value={suggestion} className={itemLook}>
                  {suggestion}
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
