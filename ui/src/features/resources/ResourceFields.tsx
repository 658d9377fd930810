import { useQuery } from "@tanstack/react-query";
import { Controller, type UseFormReturn } from "react-hook-form";
import { Combobox } from "@/components/Combobox";
import { cx } from "@/components/class-names";
import { Field, Input, Textarea } from "@/components/Field";
import { resourceTypes, typeIcon, typeWord } from "@/components/schedule/words";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { May } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import type { ResourceValues } from "./resource-values";

type Props = { form: UseFormReturn<ResourceValues>; link: May };

export function ResourceFields({ form, link }: Props) {
  const { errors } = form.formState;
  const staff = form.watch("type") === "staff";
  return (
    <>
      <TypeChoice form={form} />
      <div className="grid grid-cols-2 gap-4">
        <Field label="Name" error={errors.name?.message}>
          {(control) => (
            <Input {...control} {...form.register("name")} autoFocus maxLength={300} dir="auto" />
          )}
        </Field>
        <Field label={staff ? "Role" : "Kind"} optional error={errors.role?.message}>
          {(control) => (
            <Input
              {...control}
              {...form.register("role")}
              dir="auto"
              placeholder={staff ? "chef, server, driver…" : "transport, bar, rental…"}
            />
          )}
        </Field>
        {staff ? null : (
          <Field
            label="Quantity"
            error={errors.quantity?.message}
            hint="How many there are; one that is unique has 1."
            className="col-span-2"
          >
            {(control) => (
              <Input {...control} {...form.register("quantity")} inputMode="numeric" className="w-32" />
            )}
          </Field>
        )}
        <Field
          label="Setup"
          optional
          error={errors.setup?.message}
          hint="Minutes it is needed before each booking."
        >
          {(control) => (
            <Input {...control} {...form.register("setup")} inputMode="numeric" className="w-32" />
          )}
        </Field>
        <Field
          label="Teardown"
          optional
          error={errors.teardown?.message}
          hint="Minutes until it is free again after."
        >
          {(control) => (
            <Input {...control} {...form.register("teardown")} inputMode="numeric" className="w-32" />
          )}
        </Field>
      </div>
      <div>
        <label className="flex min-h-8 items-center gap-2">
          <input type="checkbox" className="size-4 accent-accent" {...form.register("is_available")} />
          Available
        </label>
        <p className="text-sm text-text-3">
          What is not available is offered for nothing new. Bookings it already has stay and are shown as
          clashes.
        </p>
      </div>
      {staff ? <SignIn form={form} link={link} /> : null}
      <Field label="Notes" optional error={errors.notes?.message}>
        {(control) => <Textarea {...control} {...form.register("notes")} dir="auto" />}
      </Field>
    </>
  );
}

function TypeChoice({ form }: { form: Props["form"] }) {
  const error = form.formState.errors.type?.message;
  return (
    <Controller
      control={form.control}
      name="type"
      render={({ field }) => (
        <fieldset aria-describedby={error ? "type-error" : undefined} className="grid gap-1">
          <legend className="mb-1 text-sm font-medium text-text-2">Type</legend>
          <div className="flex gap-2">
            {resourceTypes.map((type) => {
              const Icon = typeIcon(type);
              return (
                <label
                  key={type}
                  className={cx(
                    "flex min-h-11 items-center gap-2 rounded-lg border border-line px-3 has-focus-visible:outline-2 has-focus-visible:outline-accent",
                    field.value === type ? "border-accent bg-accent-soft font-medium" : "hover:bg-hover",
                  )}
                >
                  <input
                    type="radio"
                    name="resource-type"
                    className="accent-accent"
                    checked={field.value === type}
                    onChange={() => field.onChange(type)}
                  />
                  <Icon size={15} strokeWidth={1.75} aria-hidden="true" className="text-text-3" />
                  {typeWord(type)}
                </label>
              );
            })}
          </div>
          {error ? (
            <p id="type-error" role="alert" className="text-sm text-danger">
              {error}
            </p>
          ) : null}
        </fieldset>
      )}
    />
  );
}

/** Whose sign-in this person is: they see what they work on. */
function SignIn({ form, link }: Props) {
  const team = useQuery({
    queryKey: [...roots.team, "members"],
    enabled: link.allowed,
    queryFn: async () => unwrap(await commands.teamMembers()).members,
  });
  const error = form.formState.errors.user?.message;
  const value = form.watch("user");
  if (!link.allowed) {
    return (
      <div>
        <p className="text-sm font-medium text-text-2">Sign-in</p>
        <p>{value?.label ?? "Not linked"}</p>
        <p className="text-sm text-text-3">{link.reason}</p>
      </div>
    );
  }
  const options = (team.data ?? [])
    .filter((member) => member.ended_at === null)
    .map((member) => ({ value: member.user_id, label: member.display_name, note: member.email }));
  return (
    <Field
      label="Sign-in"
      optional
      error={error}
      hint="Who signs in as this person sees what they are booked on."
      className="max-w-90"
    >
      {(control) => (
        <Controller
          control={form.control}
          name="user"
          render={({ field }) => (
            <Combobox
              control={control}
              options={options}
              value={field.value}
              onChange={field.onChange}
              placeholder="Nobody yet"
              empty={team.isPending ? "Looking…" : "No such colleague."}
            />
          )}
        />
      )}
    </Field>
  );
}
