import { CalendarDays } from "lucide-react";
import { useState } from "react";
import { Button } from "./Button";
import { DayCalendar } from "./Calendar";
import { Input } from "./Field";
import { now } from "./now";
import { Popover } from "./Popover";
import { useFormat } from "./session";
import { parseDay, parseTime, writeDay } from "./typed-time";

type Control = { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined };
type Props = {
  /** `YYYY-MM-DD` or `HH:MM`, or what was typed as long as it is neither. */
  value: string;
  onChange: (value: string) => void;
  control: Control;
};

const isDay = (value: string) => /^\d{4}-\d\d-\d\d$/.test(value);

/** A day, typed as this locale writes it (or as 2026-11-21) or picked from the calendar. */
export function DateField({ value, onChange, control, label }: Props & { label: string }) {
  const { locale } = useFormat();
  const [open, setOpen] = useState(false);
  const written = isDay(value) ? writeDay(value, locale) : value;
  const [typed, setTyped] = useTyped(value, written);
  const settle = () => {
    const day = parseDay(typed, locale, new Date(now()).getFullYear());
    if (typed.trim() !== "" && day) {
      setTyped(writeDay(day, locale), value);
    }
  };
  return (
    <div className="relative">
      <Input
        {...control}
        inputMode="numeric"
        placeholder={writeDay("2026-11-21", locale)
          .replace("2026", "yyyy")
          .replace("11", "mm")
          .replace("21", "dd")}
        value={typed}
        onChange={(event) => {
          const text = event.target.value;
          const next = parseDay(text, locale, new Date(now()).getFullYear()) ?? text.trim();
          setTyped(text, next);
          onChange(next);
        }}
        onBlur={settle}
        className="pr-9"
      />
      <Popover
        open={open}
        onOpenChange={setOpen}
        title={label}
        trigger={
          <Button
            kind="ghost"
            size="small"
            aria-label={`Choose ${label.toLowerCase()}`}
            className="absolute top-1 right-1 text-text-3"
          >
            <CalendarDays size={15} aria-hidden="true" />
          </Button>
        }
      >
        <DayCalendar
          day={isDay(value) ? value : null}
          onPick={(day) => {
            setOpen(false);
            onChange(day);
          }}
        />
      </Popover>
    </div>
  );
}

/** A time of day: `9`, `930`, `21:30`, `9:30 pm`. */
export function TimeField({ value, onChange, control }: Props) {
  const [typed, setTyped] = useTyped(value, value);
  return (
    <Input
      {...control}
      inputMode="numeric"
      placeholder="hh:mm"
      value={typed}
      onChange={(event) => {
        const text = event.target.value;
        const next = parseTime(text) ?? text.trim();
        setTyped(text, next);
        onChange(next);
      }}
      onBlur={() => setTyped(parseTime(typed) ?? typed, value)}
    />
  );
}

/**
 * What is being typed. A value changed from elsewhere replaces it; one that merely says the same in the house's way
 * waits until the field is left, so that nothing moves under the fingers.
 */
function useTyped(value: string, written: string): [string, (text: string, value: string) => void] {
  const [state, setState] = useState({ typed: written, value });
  if (state.value !== value) {
    setState({ typed: written, value });
  }
  return [state.value === value ? state.typed : written, (typed, next) => setState({ typed, value: next })];
}
