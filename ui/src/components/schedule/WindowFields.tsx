import type { ReactNode } from "react";
import { WallTimeFields } from "@/components/WallTimeFields";
import type { WallVerdict } from "@/ipc/types";
import { type BookingWindow, type WindowErrors, withEnd, withStart } from "./booking-window";

type Props = {
  value: BookingWindow;
  onChange: (window: BookingWindow) => void;
  verdicts: { starts_at: WallVerdict; ends_at: WallVerdict } | null;
  errors: WindowErrors | null;
  /** Below the two, e.g. a way back to the event's own times. */
  children?: ReactNode;
};

/** From when until when. */
export function WindowFields({ value, onChange, verdicts, errors, children }: Props) {
  return (
    <div className="grid gap-2">
      <div className="grid grid-cols-2 gap-4">
        <WallTimeFields
          word="Start"
          value={value.start}
          verdict={verdicts?.starts_at ?? null}
          onDay={(day) => onChange(withStart(value, { day }))}
          onTime={(time) => onChange(withStart(value, { time }))}
          onChoice={(choice) => onChange({ ...value, start: { ...value.start, choice } })}
          dayError={errors?.startDay}
          timeError={errors?.startTime}
        />
        <WallTimeFields
          word="End"
          value={value.end}
          verdict={verdicts?.ends_at ?? null}
          onDay={(day) => onChange(withEnd(value, { day }))}
          onTime={(time) => onChange(withEnd(value, { time }))}
          onChoice={(choice) => onChange({ ...value, end: { ...value.end, choice } })}
          dayError={errors?.endDay}
          timeError={errors?.endTime}
        />
      </div>
      {children}
    </div>
  );
}
