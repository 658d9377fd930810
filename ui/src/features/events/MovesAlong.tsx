import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId } from "react";
import type { UseFormReturn } from "react-hook-form";
import { bookings } from "@/components/schedule/words";
import { useFormat } from "@/components/session";
import type { DueTimes, MovedDueTime } from "@/ipc/types";
import { type EventValues, toEventForm } from "./form-values";
import { movesAlongQuery } from "./queries";

/** Most tasks that are told one by one. */
const TOLD = 5;

export type Moving = {
  eventId: string;
  /** How many bookings move along with the event. */
  bookings: number;
  /** The form as it was opened. */
  base: EventValues;
  dueTimes: DueTimes;
  onDueTimes: (choice: DueTimes) => void;
};

/** What moves along when an event gets another time, before it is saved: its bookings, and its tasks' due times. */
export function MovesAlong({ form, moving }: { form: UseFormReturn<EventValues>; moving: Moving }) {
  const format = useFormat();
  const { dirtyFields } = form.formState;
  const times = ["start_day", "start_time", "end_day", "end_time", "time_zone"] as const;
  form.watch(times);
  const isMoved = times.some((name) => dirtyFields[name]);
  const base = toEventForm(moving.base);
  // Only the times move anything: typing a name asks nothing.
  const values = toEventForm(form.getValues());
  const typed = {
    ...base,
    starts_local: values.starts_local,
    starts_choice: values.starts_choice,
    ends_local: values.ends_local,
    ends_choice: values.ends_choice,
    time_zone: values.time_zone,
  };
  const preview = useQuery({
    ...movesAlongQuery({ event_id: moving.eventId, form: typed, base }),
    enabled: isMoved,
    placeholderData: keepPreviousData,
  });
  if (!isMoved) {
    return null;
  }
  const due = preview.data?.due_times ?? [];
  return (
    <>
      {moving.bookings > 0 ? (
        <p className="col-span-2 text-sm text-text-2">
          {moving.bookings === 1 ? "Its booking moves" : `Its ${bookings(moving.bookings, format)} move`}{" "}
          along. What is taken at the new time is shown before anything is saved.
        </p>
      ) : null}
      {due.length > 0 ? <DueTimesAlong due={due} zone={typed.time_zone} moving={moving} /> : null}
    </>
  );
}

function DueTimesAlong({ due, zone, moving }: { due: MovedDueTime[]; zone: string; moving: Moving }) {
  const format = useFormat();
  const id = useId();
  const goes = moving.dueTimes === "along";
  const when = (instant: string) => `${format.day(instant, zone)}, ${format.time(instant, zone)}`;
  const rest = due.length - TOLD;
  return (
    <div className="col-span-2 text-sm text-text-2">
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          checked={goes}
          aria-describedby={id}
          onChange={(event) => moving.onDueTimes(event.target.checked ? "along" : "stay")}
        />
        {due.length === 1
          ? "Move the due time of its open task along"
          : `Move the due times of ${format.number(due.length)} open tasks along`}
      </label>
      <ul id={id} aria-label="Due times" className="mt-1 ml-6">
        {goes ? (
          due.slice(0, TOLD).map((task) => (
            <li key={task.task_id}>
              {task.title}: {when(task.from)} → {when(task.to)}
            </li>
          ))
        ) : (
          <li>They stay where they are.</li>
        )}
        {goes && rest > 0 ? <li>and {format.number(rest)} more</li> : null}
      </ul>
    </div>
  );
}
