import { useId } from "react";
import type { WallVerdict } from "@/ipc/types";
import { cx } from "./class-names";
import { DateField, TimeField } from "./DateField";
import { Field } from "./Field";

type Choice = "earlier" | "later";
export type Wall = { day: string; time: string; choice: Choice | null };

type Props = {
  /** `Start`, `End`, `Due`. */
  word: string;
  value: Wall;
  onDay: (day: string) => void;
  onTime: (time: string) => void;
  onChoice: (choice: Choice) => void;
  verdict: WallVerdict | null;
  dayError?: string | null | undefined;
  timeError?: string | null | undefined;
};

/** Date and time on a wall clock, and which moment is meant where its zone skips or repeats that time. */
export function WallTimeFields(props: Props) {
  const { word, value, verdict } = props;
  const group = useId();
  const wrong = verdict?.kind === "invalid" ? verdict.message : null;
  return (
    <fieldset className="grid gap-2">
      <legend className="sr-only">{word}</legend>
      <div className="grid grid-cols-[minmax(0,1fr)_96px] gap-2">
        <Field label={`${word} date`} error={props.dayError}>
          {(control) => (
            <DateField label={`${word} date`} control={control} value={value.day} onChange={props.onDay} />
          )}
        </Field>
        <Field label={`${word} time`} error={props.timeError ?? wrong}>
          {(control) => <TimeField control={control} value={value.time} onChange={props.onTime} />}
        </Field>
      </div>
      {verdict?.kind === "skipped" || verdict?.kind === "repeated" ? (
        <fieldset className="grid gap-1.5 rounded-lg bg-warn-soft px-3 py-2">
          <legend className="sr-only">{`Which ${word.toLowerCase()} time is meant`}</legend>
          <p>{verdict.message}</p>
          {verdict.choices.map((choice) => (
            <label
              key={choice.instant}
              className={cx(
                "flex min-h-8 items-center gap-2",
                value.choice === choice.choice && "font-medium",
              )}
            >
              <input
                type="radio"
                name={group}
                className="size-4 accent-accent"
                checked={value.choice === choice.choice}
                onChange={() => props.onChoice(choice.choice)}
              />
              {choice.label}
            </label>
          ))}
        </fieldset>
      ) : null}
    </fieldset>
  );
}
