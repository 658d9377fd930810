import { type DateRange, DayPicker } from "react-day-picker";
import { firstDayOfWeek } from "./days";
import { useFormat } from "./session";
import { dateOf, dayOf } from "./wall-time";

/** The house's calendar speaks the organization's language and starts its week where that place does. */
function useLocaleProps() {
  const { locale } = useFormat();
  const write = (options: Intl.DateTimeFormatOptions) => (date: Date) =>
    new Intl.DateTimeFormat(`${locale}-u-ca-gregory`, options).format(date);
  return {
    className: "calendar",
    weekStartsOn: firstDayOfWeek(locale),
    formatters: {
      formatCaption: write({ month: "long", year: "numeric" }),
      formatWeekdayName: write({ weekday: "narrow" }),
      formatDay: write({ day: "numeric" }),
    },
    labels: { labelDayButton: write({ dateStyle: "full" }) },
    showOutsideDays: true,
  };
}

export function DayCalendar({ day, onPick }: { day: string | null; onPick: (day: string) => void }) {
  const props = useLocaleProps();
  const selected = day ? dateOf(day) : undefined;
  return (
    <DayPicker
      {...props}
      mode="single"
      autoFocus
      selected={selected}
      defaultMonth={selected}
      onSelect={(date) => {
        if (date) {
          onPick(dayOf(date));
        }
      }}
    />
  );
}

export function RangeCalendar(props: {
  from: string | undefined;
  until: string | undefined;
  onPick: (from: string | undefined, until: string | undefined) => void;
}) {
  const locale = useLocaleProps();
  const selected: DateRange | undefined = props.from
    ? { from: dateOf(props.from), to: props.until ? dateOf(props.until) : undefined }
    : undefined;
  return (
    <DayPicker
      {...locale}
      mode="range"
      numberOfMonths={2}
      showOutsideDays={false}
      autoFocus
      selected={selected}
      defaultMonth={selected?.from}
      onSelect={(range) => props.onPick(range?.from && dayOf(range.from), range?.to && dayOf(range.to))}
    />
  );
}
