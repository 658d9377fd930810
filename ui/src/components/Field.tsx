import type { ComponentProps, ReactNode } from "react";
import { useId } from "react";
import { cx } from "./class-names";

const control =
  "w-full rounded-md border border-edge/70 bg-raised px-2.5 text-text transition-colors duration-100 hover:border-edge focus-visible:border-accent aria-[invalid=true]:border-danger disabled:opacity-60";

/** The look of everything that is typed into. */
export const inputLook = cx(control, "h-9");

type FieldProps = {
  label: string;
  error?: string | null | undefined;
  hint?: ReactNode;
  optional?: boolean;
  className?: string;
  children: (control: {
    id: string;
    "aria-invalid": boolean;
    "aria-describedby": string | undefined;
  }) => ReactNode;
};

/** A label, a control, and what is wrong with it. The control gets ids that tie the three together. */
export function Field({ label, error, hint, optional, className, children }: FieldProps) {
  const id = useId();
  const about = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={cx("grid content-start gap-1", className)}>
      <label htmlFor={id} className="text-sm font-medium text-text-2">
        {label}
        {optional ? (
          <span aria-hidden="true" className="ml-1 font-normal text-text-3">
            (optional)
          </span>
        ) : null}
      </label>
      {children({ id, "aria-invalid": Boolean(error), "aria-describedby": about })}
      {error ? (
        <p id={`${id}-error`} role="alert" className="text-sm text-danger">
          {error}
        </p>
      ) : hint ? (
        <div id={`${id}-hint`} className="text-sm text-text-3">
          {hint}
        </div>
      ) : null}
    </div>
  );
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input autoComplete="off" spellCheck={false} {...rest} className={cx(inputLook, className)} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={4} {...rest} className={cx(control, "min-h-20 resize-y py-2", className)} />;
}
