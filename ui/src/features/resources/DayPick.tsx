import { lazy, Suspense } from "react";

const DayCalendar = lazy(async () => ({ default: (await import("@/components/Calendar")).DayCalendar }));

/** A day of the calendar; the calendar is read from disk when it is first opened. */
export function DayPick(props: { day: string; onPick: (day: string) => void }) {
  return (
    <Suspense fallback={<div className="h-64 w-64" />}>
      <DayCalendar {...props} />
    </Suspense>
  );
}
