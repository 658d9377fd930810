import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { Combobox, type Option } from "@/components/Combobox";
import { Field, Input } from "@/components/Field";
import { PasswordField } from "@/components/PasswordField";
import { meetsPolicy } from "@/components/password-policy";
import { Problem } from "@/components/States";
import { z } from "@/components/zod";
import { zoneOption, zoneOptions } from "@/components/zones";
import { commands } from "@/ipc/bindings";
import type { Keep } from "@/ipc/types";
import { Frame } from "./Frame";
import { currencyOptions, guess, localeOptions } from "./guesses";
import { KeepChoice, needsKeepChoice } from "./KeepChoice";
import { Starting } from "./Starting";

const schema = z
  .object({
    organization_name: z
      .string()
      .trim()
      .min(1, "Give your organization a name.")
      .max(255, "At most 255 characters."),
    your_name: z.string().trim().min(1, "Say who you are; it stands beside what you do.").max(255),
    email: z.email("That is not an e-mail address."),
    password: z.string(),
    time_zone: z.string().min(1, "Choose a time zone."),
    currency: z.string().min(1, "Choose a currency."),
    locale: z.string().min(1, "Choose how dates are written."),
  })
  .refine((form) => meetsPolicy(form.password), {
    path: ["password"],
    message: "The password does not meet both points yet.",
  });
type Form = z.infer<typeof schema>;

/** Starts an office on this computer. */
export function UseThisComputer({ onBack }: { onBack: () => void }) {
  const [guessed] = useState(guess);
  const [asked, setAsked] = useState<Form | null>(null);
  const start = useStateChange((input: Form & { keep: Keep }) => commands.firstRunLocal(input));
  const form = useForm<Form>({
    resolver: zodResolver(schema),
    defaultValues: { organization_name: "", your_name: "", email: "", password: "", ...guessed },
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit((values) => {
    setAsked(values);
    start.mutate({ ...values, keep: "keychain" });
  });
  const typed = form.watch();
  const field = start.error?.field as keyof Form | null | undefined;
  const refusal = (name: keyof Form) =>
    errors[name]?.message ?? (field === name ? start.error?.message : null);

  if (start.isPending) {
    return <Starting message="Setting up your office on this computer…" />;
  }
  return (
    <Frame
      title="Use this computer"
      lead="Your office's books are kept here, in a database that Cloche runs for you."
    >
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
        {needsKeepChoice(start.error) && asked ? (
          <KeepChoice
            pending={start.isPending}
            onAccept={() => start.mutate({ ...asked, keep: "until_close" })}
            onDecline={() => start.reset()}
          />
        ) : field && field in typed ? null : (
          <Problem error={start.error} />
        )}
        <Field label="Organization" error={refusal("organization_name")}>
          {(control) => <Input {...control} {...form.register("organization_name")} autoFocus />}
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
        <Choice
          form={form}
          name="time_zone"
          label="Time zone"
          options={zoneOptions()}
          error={refusal("time_zone")}
        />
        <div className="grid grid-cols-2 gap-3">
          <Choice
            form={form}
            name="currency"
            label="Currency"
            options={currencyOptions(guessed.locale)}
            error={refusal("currency")}
          />
          <Choice
            form={form}
            name="locale"
            label="Dates and numbers"
            options={localeOptions(guessed.locale)}
            error={refusal("locale")}
          />
        </div>
        <div className="flex gap-2">
          <Button type="submit" kind="primary" size="large">
            Set up
          </Button>
          <Button kind="ghost" size="large" onClick={onBack}>
            Back
          </Button>
        </div>
      </form>
    </Frame>
  );
}

function Choice(props: {
  form: ReturnType<typeof useForm<Form>>;
  name: "time_zone" | "currency" | "locale";
  label: string;
  options: Option[];
  error: string | null | undefined;
}) {
  return (
    <Field label={props.label} error={props.error}>
      {(control) => (
        <Controller
          control={props.form.control}
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
