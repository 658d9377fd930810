import type { UseFormReturn } from "react-hook-form";
import { WallTimeFields } from "@/components/WallTimeFields";
import type { WallVerdict } from "@/ipc/types";
import type { EventValues } from "./form-values";

type Props = {
  form: UseFormReturn<EventValues>;
  which: "start" | "end";
  verdict: WallVerdict | null;
  onDay: (day: string) => void;
  onTime: (time: string) => void;
};

/** An event's start or end on the venue's wall. */
export function WallFields({ form, which, verdict, onDay, onTime }: Props) {
  const { errors } = form.formState;
  const choiceName = which === "start" ? "starts_choice" : "ends_choice";
  const [day, time, choice] = form.watch([`${which}_day`, `${which}_time`, choiceName]);
  return (
    <WallTimeFields
      word={which === "start" ? "Start" : "End"}
      value={{ day, time, choice }}
      verdict={verdict}
      onDay={onDay}
      onTime={onTime}
      onChoice={(next) => {
        form.setValue(choiceName, next, { shouldDirty: true });
        form.clearErrors(`${which}_time`);
      }}
      dayError={errors[`${which}_day`]?.message}
      timeError={errors[`${which}_time`]?.message}
    />
  );
}
