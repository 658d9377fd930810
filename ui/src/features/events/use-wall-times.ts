/** The two wall times of the form: they move together, and the shell says what each means in its zone. */
import { useQuery } from "@tanstack/react-query";
import type { UseFormReturn } from "react-hook-form";
import { addToWall } from "@/components/wall-time";
import { commands } from "@/ipc/bindings";
import type { WallVerdict } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { type EventValues, toEventForm } from "./form-values";

const isWall = (wall: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall);
const usualMinutes = 4 * 60;

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
  const starts = complete ? (checked.data?.starts_at ?? null) : null;
  const ends = complete && isWall(ends_local) ? (checked.data?.ends_at ?? null) : null;

  const set = (patch: Partial<EventValues>) => {
    for (const [name, value] of Object.entries(patch)) {
      form.setValue(name as keyof EventValues, value as never, {
        shouldDirty: true,
        shouldValidate: form.formState.isSubmitted,
      });
    }
  };
  /** The end keeps its distance from the start; a new event's end gets a usual one. */
  const moveStart = (day: string, time: string) => {
    const to = `${day}T${time}`;
    const patch: Partial<EventValues> = { start_day: day, start_time: time, starts_choice: null };
    if (isWall(to)) {
      const minutes =
        isWall(starts_local) && isWall(ends_local)
          ? (Date.parse(`${ends_local}Z`) - Date.parse(`${starts_local}Z`)) / 60_000
          : usualMinutes;
      if (isWall(ends_local) ? isWall(starts_local) : end_day === "" || end_time === "") {
        const [endDay = "", endTime = ""] = addToWall(to, minutes).split("T");
        Object.assign(patch, { end_day: endDay, end_time: endTime, ends_choice: null });
      }
    }
    set(patch);
  };

  return {
    starts,
    ends,
    startDay: (day: string) => moveStart(day, start_time),
    startTime: (time: string) => moveStart(start_day, time),
    endDay: (day: string) => set({ end_day: day, ends_choice: null }),
    endTime: (time: string) => set({ end_time: time, ends_choice: null }),
    zone: (zone: string) => set({ time_zone: zone, starts_choice: null, ends_choice: null }),
    /** Whether each time means one moment; says beside the field where it does not. */
    settled: (): boolean => {
      const values = form.getValues();
      const fine = [
        settle(form, "start_time", starts, values.starts_choice),
        settle(form, "end_time", ends, values.ends_choice),
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
