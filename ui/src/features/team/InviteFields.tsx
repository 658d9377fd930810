import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Controller, type UseFormReturn } from "react-hook-form";
import { Combobox } from "@/components/Combobox";
import { Field, Input } from "@/components/Field";
import { Select } from "@/components/Select";
import { useSession } from "@/components/session";
import { useDebounced } from "@/components/use-debounced";
import type { InviteValues } from "./invite-form";
import { unlinkedStaffQuery } from "./queries";
import { roleMeaning, roles, roleWord } from "./words";

/** Who they are, as what they come, and which person on the staff list they are. */
export function InviteFields({ form }: { form: UseFormReturn<InviteValues> }) {
  const session = useSession();
  const { errors } = form.formState;
  const role = form.watch("role");
  const linked = form.watch("resource");
  const offered = roles.filter((one) => one !== "administrator" || session.role === "administrator");
  return (
    <>
      <Field label="E-mail" error={errors.email?.message}>
        {(control) => <Input {...control} {...form.register("email")} type="email" autoFocus />}
      </Field>
      <Field label="Name" error={errors.display_name?.message}>
        {(control) => <Input {...control} {...form.register("display_name")} />}
      </Field>
      <Field label="Role" error={errors.role?.message} hint={roleMeaning[role]}>
        {(control) => (
          <Controller
            control={form.control}
            name="role"
            render={({ field }) => (
              <Select
                id={control.id}
                value={field.value}
                onChange={field.onChange}
                options={offered.map((value) => ({ value, label: roleWord(value) }))}
              />
            )}
          />
        )}
      </Field>
      <Field
        label="Person on the staff list"
        optional
        error={errors.resource?.message}
        hint={
          role === "staff" && !linked
            ? "Without one they see no events: staff see what that person works on."
            : "What that person is booked on is theirs."
        }
      >
        {(control) => <StaffPicker form={form} control={control} />}
      </Field>
    </>
  );
}

type PickerProps = {
  form: UseFormReturn<InviteValues>;
  control: { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined };
};

function StaffPicker({ form, control }: PickerProps) {
  const [typed, setTyped] = useState("");
  const found = useQuery(unlinkedStaffQuery(useDebounced(typed.trim(), 120)));
  return (
    <Controller
      control={form.control}
      name="resource"
      render={({ field }) => (
        <Combobox
          control={control}
          placeholder="Nobody"
          value={field.value}
          onChange={(option) => {
            field.onChange(option);
            if (option && form.getValues("display_name").trim() === "") {
              form.setValue("display_name", option.label);
            }
          }}
          onType={setTyped}
          options={(found.data ?? []).map((row) => ({ value: row.id, label: row.name, note: row.role }))}
          empty={found.isPending ? "Looking…" : "Nobody without a sign-in fits."}
        />
      )}
    />
  );
}
