import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import type { CommandError } from "@/ipc/unwrap";

/** Puts the shell's refusal beside the field that it names; false where the form has no such field. */
export function showFieldError<Values extends FieldValues>(
  form: UseFormReturn<Values>,
  error: CommandError,
  names: Record<string, Path<Values>> = {},
): boolean {
  if (!error.field) {
    return false;
  }
  const name = names[error.field] ?? (error.field in form.getValues() ? (error.field as Path<Values>) : null);
  if (!name) {
    return false;
  }
  form.setError(name, { type: "shell", message: error.message }, { shouldFocus: true });
  return true;
}
