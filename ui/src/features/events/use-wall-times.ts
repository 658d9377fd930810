/** The two wall times of the form: they move together, and the shell says what each means in its zone. */
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import type { UseFormReturn } from "react-hook-form";
import { addToWall } from "@/components/wall-time";
import { commands } from "@/ipc/bindings";
import type { WallVerdict } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { type EventValues, toEventForm } from "./form-values";

const isWall = (wall: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall);
const usualMinutes = 4 * 60;

/** How long it lasts; null where that is not known, or it would end before it starts. */
function lengthOf(starts: string, ends: string): number | null {
  const minutes = (Date.parse(`${ends}Z`) - Date.parse(`${starts}Z`)) / 60_000;
  return isWall(starts) && isWall(ends) && minutes > 0 ? minutes : null;
}

export function useWallTimes(form: UseFormReturn<EventValues>) {
  const [start_day, start_time, end_day, end_time, time_zone] = form.watch([
    "start_day",
    "start_time",
    "end_day",
    "end_time",
    "time_zone",
  ]);
  const starts_local = `${start_day}T${start_time}`;
  const ends_local = `${end_day}T${end_time}`;
  const complete = isWall(starts_local) && time_zone !== "";
  // Asked without the choices, so that the two moments stay in view once one has been chosen.
  const asked = {
    starts_local,
    ends_local: isWall(ends_local) ? ends_local : starts_local,
    time_zone,
  };
  const checked = useQuery({
    queryKey: ["wall-times", asked],
    enabled: complete,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () =>
      unwrap(
        await commands.eventFormCheck({
          ...toEventForm(form.getValues()),
          ...asked,
          starts_choice: null,
          ends_choice: null,
        }),
      ),
  });
  const startVerdict = complete ? (checked.data?.starts_at ?? null) : null;
  const endVerdict = complete && isWall(ends_local) ? (checked.data?.ends_at ?? null) : null;

  const set = (patch: Partial<EventValues>) => {
    for (const [name, value] of Object.entries(patch)) {
      form.setValue(name as keyof EventValues, value as never, {
        shouldDirty: true,
        shouldValidate: form.formState.isSubmitted,
      });
    }
  };
  // A start that is half typed passes for odd dates: the length is what it was when the end was last chosen.
  const { defaultValues: opened } = form.formState;
  const starts = `${opened?.start_day}T${opened?.start_time}`;
  const ends = `${opened?.end_day}T${opened?.end_time}`;
  const length = useRef<{ opened: string; minutes: number | null }>({ opened: "", minutes: null });
  if (length.current.opened !== `${starts}/${ends}`) {
    length.current = { opened: `${starts}/${ends}`, minutes: lengthOf(starts, ends) };
  }
  /** The end keeps its distance from the start; a new event's end gets a usual one. */
  const moveStart = (day: string, time: string) => {
    const to = `${day}T${time}`;
    const patch: Partial<EventValues> = { start_day: day, start_time: time, starts_choice: null };
    if (isWall(to)) {
      if (end_day === "" || end_time === "") {
        length.current.minutes = usualMinutes;
      }
      const { minutes } = length.current;
      if (minutes !== null && (isWall(ends_local) || end_day === "" || end_time === "")) {
        const [endDay = "", endTime = ""] = addToWall(to, minutes).split("T");
        Object.assign(patch, { end_day: endDay, end_time: endTime, ends_choice: null });
      }
    }
    set(patch);
  };
  const moveEnd = (day: string, time: string) => {
    length.current.minutes = lengthOf(starts_local, `${day}T${time}`) ?? length.current.minutes;
    set({ end_day: day, end_time: time, ends_choice: null });
  };

  return {
    starts: startVerdict,
    ends: endVerdict,
    startDay: (day: string) => moveStart(day, start_time),
    startTime: (time: string) => moveStart(start_day, time),
    endDay: (day: string) => moveEnd(day, end_time),
    endTime: (time: string) => moveEnd(end_day, time),
    zone: (zone: string) => set({ time_zone: zone, starts_choice: null, ends_choice: null }),
    /** Whether each time means one moment; says beside the field where it does not. */
    settled: (): boolean => {
      const values = form.getValues();
      const fine = [
        settle(form, "start_time", startVerdict, values.starts_choice),
        settle(form, "end_time", endVerdict, values.ends_choice),
      ];
      return fine.every(Boolean);
    },
  };
}

function settle(
  form: UseFormReturn<EventValues>,
  name: "start_time" | "end_time",
  verdict: WallVerdict | null,
  choice: "earlier" | "later" | null,
): boolean {
  if (verdict?.kind === "invalid") {
    form.setError(name, { type: "wall", message: verdict.message });
    return false;
  }
  if ((verdict?.kind === "skipped" || verdict?.kind === "repeated") && choice === null) {
    form.setError(name, { type: "wall", message: "Choose which of the two times is meant." });
    return false;
  }
  return true;
}
