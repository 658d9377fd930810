import { Controller, type UseFormReturn } from "react-hook-form";
import { cx } from "@/components/class-names";
import { DateField, TimeField } from "@/components/DateField";
import { Field } from "@/components/Field";
import type { WallVerdict } from "@/ipc/types";
import type { EventValues } from "./form-values";

type Props = {
  form: UseFormReturn<EventValues>;
  which: "start" | "end";
  verdict: WallVerdict | null;
  onDay: (day: string) => void;
  onTime: (time: string) => void;
};

/** Date and time on the venue's wall, and which moment is meant where its clocks skip or repeat that time. */
export function WallFields({ form, which, verdict, onDay, onTime }: Props) {
  const word = which === "start" ? "Start" : "End";
  const { errors } = form.formState;
  const choiceName = which === "start" ? "starts_choice" : "ends_choice";
  const wrong = verdict?.kind === "invalid" ? verdict.message : null;
  return (
    <fieldset className="grid gap-2">
      <legend className="sr-only">{word}</legend>
      <div className="grid grid-cols-[minmax(0,1fr)_96px] gap-2">
        <Field label={`${word} date`} error={errors[`${which}_day`]?.message}>
          {(control) => (
            <Controller
              control={form.control}
              name={`${which}_day`}
              render={({ field }) => (
                <DateField label={`${word} date`} control={control} value={field.value} onChange={onDay} />
              )}
            />
          )}
        </Field>
        <Field label={`${word} time`} error={errors[`${which}_time`]?.message ?? wrong}>
          {(control) => (
            <Controller
              control={form.control}
              name={`${which}_time`}
              render={({ field }) => <TimeField control={control} value={field.value} onChange={onTime} />}
            />
          )}
        </Field>
      </div>
      {verdict?.kind === "skipped" || verdict?.kind === "repeated" ? (
        <Controller
          control={form.control}
          name={choiceName}
          render={({ field }) => (
            <fieldset className="grid gap-1.5 rounded-lg bg-warn-soft px-3 py-2">
              <legend className="sr-only">{`Which ${which} time is meant`}</legend>
              <p>{verdict.message}</p>
              {verdict.choices.map((choice) => {
                const value = choice.choice;
                return (
                  <label
                    key={choice.instant}
                    className={cx("flex min-h-8 items-center gap-2", field.value === value && "font-medium")}
                  >
                    <input
                      type="radio"
                      name={choiceName}
                      className="size-4 accent-accent"
                      checked={field.value === value}
                      onChange={() => {
                        field.onChange(value);
                        form.clearErrors(`${which}_time`);
                      }}
                    />
                    {choice.label}
                  </label>
                );
              })}
            </fieldset>
          )}
        />
      ) : null}
    </fieldset>
  );
}
