import { CalendarClock } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/Button";
import { cx } from "@/components/class-names";
import { addDays } from "@/components/days";
import { todayIn } from "@/components/now";
import { Popover } from "@/components/Popover";
import {
  aboutInstant,
  type BookingWindow,
  localsOf,
  windowErrors,
  windowOf,
} from "@/components/schedule/booking-window";
import { WindowFields } from "@/components/schedule/WindowFields";
import { useFormat } from "@/components/session";
import type { ResourcesSearch } from "./search-params";

type Props = { search: ResourcesSearch; onChange: (patch: Partial<ResourcesSearch>) => void };

/** Only who and what is free between two times. */
export function FreeFilter({ search, onChange }: Props) {
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const { from, until } = search;
  const words =
    from && until
      ? `Free ${format.span(aboutInstant(from, format.zone), aboutInstant(until, format.zone))}`
      : "Free at any time";
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      title="Free between"
      trigger={
        <Button
          aria-label={from ? words : "Free between…"}
          className={cx("font-normal", from && "border-accent bg-accent-soft")}
        >
          <CalendarClock size={14} aria-hidden="true" className="text-text-3" />
          {words}
        </Button>
      }
    >
      <Fields search={search} onChange={onChange} onDone={() => setOpen(false)} />
    </Popover>
  );
}

/** Asked for as soon as both times are times; a half-typed one changes nothing. */
function Fields({ search, onChange, onDone }: Props & { onDone: () => void }) {
  const { zone } = useFormat();
  const today = todayIn(zone);
  const opened = (from: string, until: string) =>
    windowOf(aboutInstant(from, zone), aboutInstant(until, zone), zone);
  const [window, setWindow] = useState(() =>
    opened(search.from ?? `${today}T18:00`, search.until ?? `${today}T23:00`),
  );
  const errors = windowErrors(window, null);
  const take = (next: BookingWindow) => {
    setWindow(next);
    const locals = localsOf(next);
    if (locals && !windowErrors(next, null)) {
      onChange({ from: locals.starts_local, until: locals.ends_local });
    }
  };
  const quick = [
    { word: "Tonight", from: `${today}T18:00`, until: `${today}T23:59` },
    { word: "Tomorrow", from: `${addDays(today, 1)}T00:00`, until: `${addDays(today, 2)}T00:00` },
    { word: "Next 7 days", from: `${today}T00:00`, until: `${addDays(today, 7)}T00:00` },
  ];
  return (
    <div className="w-[560px]">
      <WindowFields
        value={window}
        onChange={take}
        verdicts={null}
        errors={errors?.endTime ? { endTime: errors.endTime } : null}
      />
      <div className="mt-3 flex gap-2 border-t border-line pt-2">
        {quick.map((one) => (
          <Button
            key={one.word}
            size="small"
            onClick={() => {
              take(opened(one.from, one.until));
              onDone();
            }}
          >
            {one.word}
          </Button>
        ))}
        {search.from ? (
          <Button
            size="small"
            kind="ghost"
            className="ml-auto"
            onClick={() => {
              onChange({ from: undefined, until: undefined });
              onDone();
            }}
          >
            At any time
          </Button>
        ) : (
          <Button
            size="small"
            kind="primary"
            className="ml-auto"
            onClick={() => {
              take(window);
              onDone();
            }}
          >
            Show who is free
          </Button>
        )}
      </div>
    </div>
  );
}
