import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { FormProvider, useForm } from "react-hook-form";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { Problem } from "@/components/States";
import { commands } from "@/ipc/bindings";
import type { Keep } from "@/ipc/types";
import { Frame } from "./Frame";
import { guess } from "./guesses";
import { KeepChoice, needsKeepChoice } from "./KeepChoice";
import { OfficeFields } from "./OfficeFields";
import { noOffice, type OfficeForm, officeSchema } from "./office-form";
import { Starting } from "./Starting";

/** Starts an office on this computer. */
export function UseThisComputer({ onBack }: { onBack: () => void }) {
  const [guessed] = useState(guess);
  const [asked, setAsked] = useState<OfficeForm | null>(null);
  const start = useStateChange((input: OfficeForm & { keep: Keep }) => commands.firstRunLocal(input));
  const form = useForm<OfficeForm>({
    resolver: zodResolver(officeSchema),
    defaultValues: { ...noOffice, ...guessed },
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit((values) => {
    setAsked(values);
    start.mutate({ ...values, keep: "keychain" });
  });
  const field = start.error?.field;
  const refusal = (name: keyof OfficeForm) =>
    errors[name]?.message ?? (field === name ? start.error?.message : null);

  if (start.isPending) {
    return <Starting message="Setting up your office on this computer…" />;
  }
  return (
    <Frame
      title="Use this computer"
      lead="Your office's books are kept here, in a database that Cloche runs for you."
    >
      <FormProvider {...form}>
        <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
          {needsKeepChoice(start.error) && asked ? (
            <KeepChoice
              pending={start.isPending}
              onAccept={() => start.mutate({ ...asked, keep: "until_close" })}
              onDecline={() => start.reset()}
            />
          ) : field && field in officeSchema.shape ? null : (
            <Problem error={start.error} />
          )}
          <OfficeFields refusal={refusal} autoFocus />
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
