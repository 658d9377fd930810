import type { UseFormReturn } from "react-hook-form";
import type { ClientValues } from "./client-form";
import { Field, Input, Textarea } from "./Field";

/** The fields of a client; `brief` leaves out what can be filled in later. */
export function ClientFields({ form, brief }: { form: UseFormReturn<ClientValues>; brief?: boolean }) {
  const { errors } = form.formState;
  return (
    <div className="grid grid-cols-2 gap-4">
      <Field label="Company name" error={errors.company_name?.message} className="col-span-2">
        {(control) => <Input {...control} {...form.register("company_name")} autoFocus />}
      </Field>
      <Field label="Contact" optional error={errors.contact_name?.message}>
        {(control) => <Input {...control} {...form.register("contact_name")} />}
      </Field>
      <Field label="Phone" optional error={errors.phone?.message}>
        {(control) => <Input {...control} {...form.register("phone")} type="tel" />}
      </Field>
      <Field
        label="E-mail"
        optional
        error={errors.email?.message}
        className={brief ? "col-span-2" : undefined}
      >
        {(control) => <Input {...control} {...form.register("email")} type="email" />}
      </Field>
      {brief ? null : (
        <>
          <Field label="Address" optional error={errors.address?.message}>
            {(control) => <Input {...control} {...form.register("address")} />}
          </Field>
          <Field label="Notes" optional error={errors.notes?.message} className="col-span-2">
            {(control) => <Textarea {...control} {...form.register("notes")} />}
          </Field>
        </>
      )}
    </div>
  );
}
