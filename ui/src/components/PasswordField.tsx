import { Check, Circle, Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { Button } from "./Button";
import { cx } from "./class-names";
import { Field, Input } from "./Field";
import { passwordHints } from "./password-policy";

type Props = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | null | undefined;
  /** A password being chosen shows what it must be. */
  choosing?: boolean;
  autoFocus?: boolean;
};

export function PasswordField({ label, value, onChange, error, choosing, autoFocus }: Props) {
  const [shown, setShown] = useState(false);
  const hints = choosing ? (
    <ul aria-label="What the password needs" className="grid gap-0.5">
      {passwordHints(value).map((hint) => (
        <li key={hint.text} className={cx("flex items-center gap-1.5", hint.met && "text-s-progress")}>
          {hint.met ? <Check size={12} aria-label="met:" /> : <Circle size={12} aria-label="not yet:" />}
          {hint.text}
        </li>
      ))}
    </ul>
  ) : undefined;
  return (
    <div className="grid gap-1">
      <Field label={label} error={error}>
        {(control) => (
          <div className="relative">
            <Input
              {...control}
              type={shown ? "text" : "password"}
              autoComplete={choosing ? "new-password" : "current-password"}
              autoFocus={autoFocus}
              value={value}
              onChange={(event) => onChange(event.target.value)}
              className="pr-10"
            />
            <Button
              kind="ghost"
              size="small"
              aria-label={shown ? `Hide ${label.toLowerCase()}` : `Show ${label.toLowerCase()}`}
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
              className="absolute top-1 right-1 text-text-3"
            >
              {shown ? <EyeOff size={16} /> : <Eye size={16} />}
            </Button>
          </div>
        )}
      </Field>
      {hints ? <div className="text-sm text-text-3">{hints}</div> : null}
    </div>
  );
}
