import { useQuery } from "@tanstack/react-query";
import { Controller, type UseFormReturn } from "react-hook-form";
import { commands } from "@/ipc/bindings";
import type { EventTask, WallVerdict } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { Field, Input, Textarea } from "../Field";
import { MultiCombobox } from "../MultiCombobox";
import { Select } from "../Select";
import { WallTimeFields } from "../WallTimeFields";
import { zoneName } from "../zones";
import { AssigneePicker } from "./AssigneePicker";
import type { TaskValues } from "./task-form";
import { categoryWord, taskCategories, taskStatusWord } from "./words";

/** What the shell makes of the due time on the clocks of the event's place. */
export function useDueVerdict(eventId: string, form: UseFormReturn<TaskValues>): WallVerdict | null {
  const [day, time] = form.watch(["due_day", "due_time"]);
  const due_local = `${day}T${time}`;
  const complete = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(due_local);
  const asked = useQuery({
    queryKey: ["wall-times", eventId, due_local],
    enabled: complete,
    staleTime: Number.POSITIVE_INFINITY,
    // Asked without the choice, so that the two moments stay in view once one has been chosen.
    queryFn: async () =>
      unwrap(await commands.taskDueCheck({ event_id: eventId, due_local, due_choice: null })),
  });
  return complete ? (asked.data ?? null) : null;
}

type Props = {
  form: UseFormReturn<TaskValues>;
  verdict: WallVerdict | null;
  /** The event's other tasks. */
  others: EventTask[];
  zone: string;
  /** Why the assignee cannot be chosen here, or null. */
  assignReason: string | null;
};

/** What is to be done, when, by whom, and what has to be done before. */
export function TaskFields({ form, verdict, others, zone, assignReason }: Props) {
  const { errors, isSubmitted } = form.formState;
  const set = (patch: Partial<TaskValues>) => {
    for (const [name, value] of Object.entries(patch)) {
      form.setValue(name as keyof TaskValues, value as never, {
        shouldDirty: true,
        shouldValidate: isSubmitted,
      });
    }
  };
  const [day, time, choice] = form.watch(["due_day", "due_time", "due_choice"]);
  return (
    <div className="grid gap-4">
      <Field label="Title" error={errors.title?.message}>
        {(control) => <Input {...control} {...form.register("title")} autoFocus maxLength={300} dir="auto" />}
      </Field>
      <Field label="When">
        {(control) => (
          <Controller
            control={form.control}
            name="category"
            render={({ field }) => (
              <Select
                id={control.id}
                value={field.value}
                onChange={field.onChange}
                options={taskCategories.map((value) => ({ value, label: categoryWord(value) }))}
              />
            )}
          />
        )}
      </Field>
      <div className="grid gap-1">
        <WallTimeFields
          word="Due"
          value={{ day, time, choice }}
          verdict={verdict}
          onDay={(due_day) => set({ due_day, due_choice: null })}
          onTime={(due_time) => set({ due_time, due_choice: null })}
          onChoice={(due_choice) => {
            set({ due_choice });
            form.clearErrors("due_time");
          }}
          dayError={errors.due_day?.message}
          timeError={errors.due_time?.message}
        />
        <p className="text-sm text-text-3">On the clocks of {zoneName(zone)}. Both may stay empty.</p>
      </div>
      <Field label="Assigned to" optional error={errors.assignee?.message} hint={assignReason ?? undefined}>
        {(control) => (
          <Controller
            control={form.control}
            name="assignee"
            render={({ field }) =>
              assignReason ? (
                <Input {...control} readOnly value={field.value?.label ?? "Nobody yet"} />
              ) : (
                <AssigneePicker control={control} value={field.value} onChange={field.onChange} />
              )
            }
          />
        )}
      </Field>
      <Field
        label="Waits for"
        optional
        error={errors.prerequisites?.message}
        hint="It can start once all of these are completed."
      >
        {(control) => (
          <Controller
            control={form.control}
            name="prerequisites"
            render={({ field }) => (
              <MultiCombobox
                control={control}
                value={field.value}
                onChange={(next) => {
                  form.clearErrors("prerequisites");
                  field.onChange(next);
                }}
                options={others.map(({ row }) => ({
                  value: row.id,
                  label: row.title,
                  note: `${categoryWord(row.category)} · ${taskStatusWord(row.status)}`,
                }))}
                placeholder="Other tasks of this event…"
                empty={others.length === 0 ? "This event has no other task." : "Nothing fits."}
              />
            )}
          />
        )}
      </Field>
      <Field label="Description" optional error={errors.description?.message}>
        {(control) => <Textarea {...control} {...form.register("description")} rows={5} dir="auto" />}
      </Field>
    </div>
  );
}
