import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, Printer } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { Button } from "@/components/Button";
import { cx } from "@/components/class-names";
import { addDays, addMonths, firstDayOfWeek, monthOf, weekOf } from "@/components/days";
import { todayIn } from "@/components/now";
import { Popover } from "@/components/Popover";
import { Failed, Loading } from "@/components/States";
import { AssignDialog } from "@/components/schedule/AssignDialog";
import { BookingList } from "@/components/schedule/BookingList";
import { ClashList } from "@/components/schedule/ClashList";
import { layOut } from "@/components/schedule/layout";
import { Month } from "@/components/schedule/Month";
import { resourceScheduleQuery } from "@/components/schedule/queries";
import { Week } from "@/components/schedule/Week";
import { useFormat } from "@/components/session";
import { dayStart } from "@/components/wall-time";
import type { BookingRow, ResourcePage } from "@/ipc/types";
import { DayPick } from "./DayPick";
import type { ResourceSearch } from "./search-params";

type View = "week" | "month";
type Props = {
  page: ResourcePage;
  day: string;
  view: View;
  onChange: (patch: Partial<ResourceSearch>) => void;
};

/** What it is booked for: a week hour by hour or a month day by day, and the same as a list. */
export function ScheduleTab({ page, day, view, onChange }: Props) {
  const format = useFormat();
  const { row } = page;
  const first = firstDayOfWeek(format.locale);
  const weeks = useMemo(
    () => (view === "week" ? [weekOf(day, first)] : monthOf(day, first)),
    [day, view, first],
  );
  const days = weeks.flat();
  const from = dayStart(days[0] ?? day, format.zone);
  const until = dayStart(days.at(-1) ?? day, format.zone, 1);
  const schedule = useQuery(resourceScheduleQuery(row.id, from, until));
  const [changing, setChanging] = useState<{ booking: BookingRow; nudge: number } | null>(null);
  const layouts = useMemo(
    () => (schedule.data ? weeks.map((week) => layOut(week, schedule.data, row, format.zone)) : []),
    [schedule.data, weeks, row, format.zone],
  );
  if (schedule.error) {
    return <Failed error={schedule.error} onRetry={() => void schedule.refetch()} />;
  }
  const change = (booking: BookingRow, nudge = 0) => setChanging({ booking, nudge });
  return (
    <div className="pb-8">
      <Toolbar page={page} day={day} view={view} days={days} onChange={onChange} />
      {schedule.data ? (
        <div aria-busy={schedule.isPlaceholderData || undefined} className="grid gap-4">
          <ClashList clashes={schedule.data.clashes} />
          {view === "week" ? (
            <div className="overflow-x-auto">
              <Week days={layouts[0] ?? []} quantity={row.quantity} onChange={change} />
            </div>
          ) : (
            <Month
              weeks={layouts}
              month={day.slice(0, 7)}
              quantity={row.quantity}
              onDay={(next) => onChange({ view: undefined, day: next })}
            />
          )}
          <section aria-label="Bookings as a list">
            <h2 className="pb-1 text-sm font-semibold text-text-2">Bookings</h2>
            <BookingList entries={schedule.data.entries} pool={row.quantity > 1} onChange={change} />
          </section>
        </div>
      ) : (
        <Loading label="Reading the schedule…" />
      )}
      {changing?.booking.event_id ? (
        <AssignDialog
          event={{
            id: changing.booking.event_id,
            name: changing.booking.event_name ?? "the event",
            time_zone: changing.booking.time_zone,
            starts_at: null,
            ends_at: null,
          }}
          booking={changing.booking}
          nudge={changing.nudge}
          onClose={() => setChanging(null)}
        />
      ) : null}
    </div>
  );
}

function Toolbar({ page, day, view, days, onChange }: Props & { days: string[] }) {
  const format = useFormat();
  const [picking, setPicking] = useState(false);
  const today = todayIn(format.zone);
  const step = (by: number) => onChange({ day: view === "week" ? addDays(day, 7 * by) : addMonths(day, by) });
  const noon = (one: string) => new Date(Date.parse(dayStart(one, format.zone)) + 43_200_000).toISOString();
  const words =
    view === "month"
      ? format.month(day)
      : `${format.day(noon(days[0] ?? day))} – ${format.day(noon(days.at(-1) ?? day))}`;
  const inView = days.includes(today);
  return (
    <div className="sticky top-0 z-10 -mx-5 flex min-h-12 items-center gap-2 border-b border-line bg-surface px-5 py-2">
      <Button
        size="icon"
        aria-label={view === "week" ? "Week before" : "Month before"}
        onClick={() => step(-1)}
      >
        <ChevronLeft size={15} aria-hidden="true" />
      </Button>
      <Button reason={inView ? "It is in view." : null} onClick={() => onChange({ day: undefined })}>
        Today
      </Button>
      <Button size="icon" aria-label={view === "week" ? "Week after" : "Month after"} onClick={() => step(1)}>
        <ChevronRight size={15} aria-hidden="true" />
      </Button>
      <Popover
        open={picking}
        onOpenChange={setPicking}
        title="Go to a day"
        trigger={
          <Button kind="ghost" aria-label={`${words}, go to a day`} className="text-text">
            {words}
          </Button>
        }
      >
        <DayPick
          day={day}
          onPick={(next) => {
            setPicking(false);
            onChange({ day: next });
          }}
        />
      </Popover>
      <fieldset className="ml-auto flex shrink-0 rounded-md border border-line p-px">
        <legend className="sr-only">View</legend>
        <ViewButton on={view === "week"} onClick={() => onChange({ view: undefined })}>
          Week
        </ViewButton>
        <ViewButton on={view === "month"} onClick={() => onChange({ view: "month" })}>
          Month
        </ViewButton>
      </fieldset>
      {page.row.type === "staff" ? (
        <a
          href={`#/resources/${page.row.id}/day/${day}`}
          className="hit-44 inline-flex h-8 shrink-0 items-center gap-1.5 rounded-md border border-edge/60 bg-raised px-3 font-medium hover:bg-hover"
        >
          <Printer size={14} aria-hidden="true" />
          Print a day
        </a>
      ) : null}
    </div>
  );
}

function ViewButton(props: { on: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Button
      kind="ghost"
      size="small"
      aria-pressed={props.on}
      onClick={props.onClick}
      className={cx(props.on && "bg-hover text-text")}
    >
      {props.children}
    </Button>
  );
}
