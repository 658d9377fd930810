import { useEffect, useState } from "react";
import { cx } from "./class-names";
import { Input } from "./Field";
import { useDebounced } from "./use-debounced";

type Props = {
  /** Says what is searched, for whoever does not see the box. */
  label: string;
  placeholder: string;
  text: string;
  onChange: (text: string) => void;
  className?: string;
};

/** Words that narrow a list, handed on once typing pauses. */
export function TextFilter({ label, placeholder, text, onChange, className }: Props) {
  const [typed, setTyped] = useState(text);
  const settled = useDebounced(typed, 120);
  // Only what was typed here goes out; a text cleared from outside comes in.
  useEffect(() => setTyped(text), [text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: reacts to what was typed, not to the address changing
  useEffect(() => {
    if (settled.trim() !== text && settled === typed) {
      onChange(settled.trim());
    }
  }, [settled]);
  return (
    <Input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      className={cx("h-8 w-44", className)}
    />
  );
}
