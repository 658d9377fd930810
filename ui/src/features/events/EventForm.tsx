import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Controller, type SubmitHandler, type UseFormReturn, useForm } from "react-hook-form";
import { Button } from "@/components/Button";
import { ClientPicker } from "@/components/ClientPicker";
import { Combobox } from "@/components/Combobox";
import { Field, Input, Textarea } from "@/components/Field";
import { LeaveGuard } from "@/components/LeaveGuard";
import { NewClientDialog } from "@/components/NewClientDialog";
import { Problem } from "@/components/States";
import { SuggestInput } from "@/components/SuggestInput";
import { useReadOnly } from "@/components/session";
import { zoneOption, zoneOptions } from "@/components/zones";
import type { CommandError } from "@/ipc/unwrap";
import { type EventValues, eventSchema } from "./form-values";
import { MovesAlong, type Moving } from "./MovesAlong";
import { eventTypesQuery } from "./queries";
import { useWallTimes } from "./use-wall-times";
import { WallFields } from "./WallFields";

/** The form's state; kept by the screen, which also settles conflicts in it. */
export function useEventForm(initial: EventValues): UseFormReturn<EventValues> {
  return useForm<EventValues>({ resolver: zodResolver(eventSchema), defaultValues: initial });
}

type Props = {
  form: UseFormReturn<EventValues>;
  submitWord: string;
  pending: boolean;
  /** A refusal that belongs to no field. */
  problem: CommandError | null;
  onSubmit: SubmitHandler<EventValues>;
  onCancel: () => void;
  /** What hangs on the event that is edited. */
  moving?: Moving;
};

export function EventForm(props: Props) {
  const { form, submitWord, pending, problem, onSubmit, onCancel } = props;
  const readOnly = useReadOnly();
  const types = useQuery(eventTypesQuery);
  const [newClient, setNewClient] = useState<string | null>(null);
  const walls = useWallTimes(form);
  const { errors } = form.formState;
  const submit = form.handleSubmit((values) => {
    if (walls.settled()) {
      return onSubmit(values);
    }
  });
  return (
    <form
      noValidate
      aria-label="Event"
      onSubmit={(event) => void submit(event)}
      className="grid max-w-[760px] gap-4 px-5 py-5"
    >
      <LeaveGuard dirty={form.formState.isDirty} />
      <Problem error={problem} />
      <Field label="Name" error={errors.name?.message}>
        {(control) => <Input {...control} {...form.register("name")} autoFocus maxLength={300} dir="auto" />}
      </Field>
      <div className="grid grid-cols-2 gap-4">
        <Field label="Client" error={errors.client?.message}>
          {(control) => (
            <Controller
              control={form.control}
              name="client"
              render={({ field }) => (
                <ClientPicker
                  control={control}
                  value={field.value}
                  onChange={field.onChange}
                  onNew={setNewClient}
                />
              )}
            />
          )}
        </Field>
        <Field label="Type" error={errors.event_type?.message}>
          {(control) => (
            <Controller
              control={form.control}
              name="event_type"
              render={({ field }) => (
                <SuggestInput
                  control={control}
                  value={field.value}
                  onChange={field.onChange}
                  placeholder="wedding, corporate lunch…"
                  suggestions={(types.data ?? []).map((type) => type.event_type)}
                />
              )}
            />
          )}
        </Field>
        <WallFields
          form={form}
          which="start"
          verdict={walls.starts}
          onDay={walls.startDay}
          onTime={walls.startTime}
        />
        <WallFields
          form={form}
          which="end"
          verdict={walls.ends}
          onDay={walls.endDay}
          onTime={walls.endTime}
        />
        {props.moving ? <MovesAlong form={form} moving={props.moving} /> : null}
        <Field
          label="Time zone"
          error={errors.time_zone?.message}
          hint="Of the place: times are read on its clocks."
        >
          {(control) => (
            <Controller
              control={form.control}
              name="time_zone"
              render={({ field }) => (
                <Combobox
                  control={control}
                  options={zoneOptions()}
                  value={field.value ? zoneOption(field.value) : null}
                  onChange={(zone) => walls.zone(zone?.value ?? "")}
                />
              )}
            />
          )}
        </Field>
        <Field label="Headcount" optional error={errors.attendees?.message}>
          {(control) => (
            <Input {...control} {...form.register("attendees")} inputMode="numeric" className="w-32" />
          )}
        </Field>
      </div>
      <Field label="Location" optional error={errors.location?.message}>
        {(control) => <Input {...control} {...form.register("location")} dir="auto" />}
      </Field>
      <Field label="Notes" optional error={errors.notes?.message}>
        {(control) => <Textarea {...control} {...form.register("notes")} rows={5} dir="auto" />}
      </Field>
      <div className="flex gap-2">
        <Button type="submit" kind="primary" reason={readOnly} pending={pending}>
          {pending ? "Saving…" : submitWord}
        </Button>
        <Button onClick={onCancel}>Discard</Button>
      </div>
      {newClient === null ? null : (
        <NewClientDialog
          name={newClient}
          onClose={() => setNewClient(null)}
          onMade={(client) => {
            form.setValue("client", client, { shouldDirty: true, shouldValidate: true });
            setNewClient(null);
          }}
        />
      )}
    </form>
  );
}
