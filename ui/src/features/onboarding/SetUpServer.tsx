import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { FormProvider, useForm } from "react-hook-form";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { Field, Input, Textarea } from "@/components/Field";
import { PasswordField } from "@/components/PasswordField";
import { Problem } from "@/components/States";
import { z } from "@/components/zod";
import { commands, type ServerSetUp } from "@/ipc/bindings";
import { Frame } from "./Frame";
import { guess } from "./guesses";
import { KeepChoice, needsKeepChoice } from "./KeepChoice";
import { OfficeFields } from "./OfficeFields";
import { noOffice, type OfficeForm, officeShape } from "./office-form";
import { Starting } from "./Starting";

/** Whether a connection to that host never leaves this computer. */
const isThisComputer = (host: string) => /^(localhost|127(\.\d+){3}|::1)$/.test(host.trim());

const schema = z
  .object({
    host: z.string().trim().min(1, "Say where the server is."),
    port: z.coerce.number<string>().int("A port is a number.").min(1, "A port is a number.").max(65535),
    owner_name: z.string().trim().min(1, "Usually postgres."),
    owner_password: z.string(),
    certificate: z.string(),
    ...officeShape,
  })
  .refine((form) => isThisComputer(form.host) || form.certificate.includes("BEGIN CERTIFICATE"), {
    path: ["certificate"],
    message:
      "A server on another computer has to prove who it is. Paste its certificate authority, with the lines that begin and end it.",
  });
type Typed = z.input<typeof schema>;
type Filled = z.output<typeof schema>;

/** Makes a PostgreSQL server of one's own the office's server, and signs in there as its administrator. */
export function SetUpServer({ onBack }: { onBack: () => void }) {
  const [guessed] = useState(guess);
  const [asked, setAsked] = useState<ServerSetUp | null>(null);
  const setUp = useStateChange((input: ServerSetUp) => commands.serverSetUp(input));
  const form = useForm<Typed, unknown, Filled>({
    resolver: zodResolver(schema),
    defaultValues: {
      host: "",
      port: "5432",
      owner_name: "postgres",
      owner_password: "",
      certificate: "",
      ...noOffice,
      ...guessed,
    },
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit((values) => {
    const certificate = isThisComputer(values.host) ? null : values.certificate;
    const input: ServerSetUp = { ...values, certificate, keep: "keychain" };
    setAsked(input);
    setUp.mutate(input);
  });
  const field = setUp.error?.field;
  const refusal = (name: keyof Typed) =>
    errors[name]?.message ?? (field === name ? setUp.error?.message : null);
  const host = form.watch("host");

  if (setUp.isPending) {
    return <Starting message="Setting up your office on the server…" />;
  }
  return (
    <Frame
      title="Set up a server"
      lead="For a PostgreSQL server of your own, version 16 or newer, that nobody has set up for Cloche yet. You need its owner's name and password once; Cloche does not keep them."
    >
      <FormProvider {...form}>
        <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-6">
          {needsKeepChoice(setUp.error) && asked ? (
            <KeepChoice
              pending={setUp.isPending}
              onAccept={() => setUp.mutate({ ...asked, keep: "until_close" })}
              onDecline={() => setUp.reset()}
            />
          ) : field && field in form.getValues() ? null : (
            <Problem error={setUp.error} />
          )}
          <fieldset className="grid gap-4">
            <legend className="mb-3 font-semibold">The server</legend>
            <div className="grid grid-cols-[1fr_96px] gap-3">
              <Field label="Host" error={refusal("host")} hint="A name like db.example.org, or an address.">
                {(control) => <Input {...control} {...form.register("host")} autoFocus />}
              </Field>
              <Field label="Port" error={refusal("port")}>
                {(control) => <Input {...control} {...form.register("port")} inputMode="numeric" />}
              </Field>
            </div>
            <div className="grid grid-cols-2 gap-3">
              <Field label="Owner" error={refusal("owner_name")}>
                {(control) => <Input {...control} {...form.register("owner_name")} />}
              </Field>
              <PasswordField
                label="Owner's password"
                value={form.watch("owner_password")}
                onChange={(value) => form.setValue("owner_password", value)}
                error={refusal("owner_password")}
              />
            </div>
            {isThisComputer(host) ? (
              <p className="text-text-2">
                The server is on this computer, so nothing travels and no certificate is needed. Other
                computers will not be able to use it.
              </p>
            ) : (
              <Field
                label="Certificate authority"
                error={refusal("certificate")}
                hint="The text of the file ca.pem. Everybody's desk will trust this authority for this server, and no other."
              >
                {(control) => (
                  <Textarea
                    {...control}
                    {...form.register("certificate")}
                    spellCheck={false}
                    className="font-mono text-xs"
                    placeholder="-----BEGIN CERTIFICATE-----"
                  />
                )}
              </Field>
            )}
          </fieldset>
          <fieldset className="grid gap-4">
            <legend className="mb-3 font-semibold">Your office, and you as its administrator</legend>
            <OfficeFields refusal={(name: keyof OfficeForm) => refusal(name)} />
          </fieldset>
          <div className="flex gap-2">
            <Button type="submit" kind="primary" size="large">
              Set up
            </Button>
            <Button kind="ghost" size="large" onClick={onBack}>
              Back
            </Button>
          </div>
        </form>
      </FormProvider>
    </Frame>
  );
}
