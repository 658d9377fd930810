import { useState } from "react";
import { Controller, useFormContext } from "react-hook-form";
import { Combobox, type Option } from "@/components/Combobox";
import { Field, Input } from "@/components/Field";
import { PasswordField } from "@/components/PasswordField";
import { zoneOption, zoneOptions } from "@/components/zones";
import { currencyOptions, guess, localeOptions } from "./guesses";
import type { OfficeForm } from "./office-form";

type Props = {
  /** What the shell has against one of the fields. */
  refusal: (name: keyof OfficeForm) => string | null | undefined;
  autoFocus?: boolean;
};

/** The organization and its first administrator, within a form that has them. */
export function OfficeFields({ refusal, autoFocus }: Props) {
  const form = useFormContext<OfficeForm>();
  const [{ locale }] = useState(guess);
  return (
    <>
      <Field label="Organization" error={refusal("organization_name")}>
        {(control) => (
          <Input {...control} {...form.register("organization_name")} autoFocus={autoFocus ?? false} />
        )}
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label="Your name" error={refusal("your_name")}>
          {(control) => <Input {...control} {...form.register("your_name")} />}
        </Field>
        <Field label="E-mail" error={refusal("email")}>
          {(control) => <Input {...control} {...form.register("email")} type="email" />}
        </Field>
      </div>
      <Controller
        control={form.control}
        name="password"
        render={({ field: { value, onChange } }) => (
          <PasswordField
            label="Password"
            value={value}
            onChange={onChange}
            error={refusal("password")}
            choosing
          />
        )}
      />
      <Choice name="time_zone" label="Time zone" options={zoneOptions()} error={refusal("time_zone")} />
      <div className="grid grid-cols-2 gap-3">
        <Choice
          name="currency"
          label="Currency"
          options={currencyOptions(locale)}
          error={refusal("currency")}
        />
        <Choice
          name="locale"
          label="Dates and numbers"
          options={localeOptions(locale)}
          error={refusal("locale")}
        />
      </div>
    </>
  );
}

function Choice(props: {
  name: "time_zone" | "currency" | "locale";
  label: string;
  options: Option[];
  error: string | null | undefined;
}) {
  const form = useFormContext<OfficeForm>();
  return (
    <Field label={props.label} error={props.error}>
      {(control) => (
        <Controller
          control={form.control}
          name={props.name}
          render={({ field: { value, onChange } }) => (
            <Combobox
              control={control}
              options={props.options}
              value={
                props.options.find((option) => option.value === value) ?? (value ? zoneOption(value) : null)
              }
              onChange={(option) => onChange(option?.value ?? "")}
            />
          )}
        />
      )}
    </Field>
  );
}
