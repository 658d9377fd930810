import { zodResolver } from "@hookform/resolvers/zod";
import { useId, useState } from "react";
import { useForm } from "react-hook-form";
import { commands } from "@/ipc/bindings";
import { newId } from "@/ipc/ids";
import { useAction } from "./actions";
import { Button } from "./Button";
import { ClientFields } from "./ClientFields";
import type { Option } from "./Combobox";
import { type ClientValues, clientSchema, emptyClient, toClientForm } from "./client-form";
import { Dialog } from "./Dialog";
import { showFieldError } from "./field-errors";
import { Problem } from "./States";
import { useReadOnly } from "./session";

type Props = { name: string; onClose: () => void; onMade: (client: Option) => void };

/** Makes a client without leaving the form that needs one. */
export function NewClientDialog({ name, onClose, onMade }: Props) {
  const [clientId] = useState(newId);
  const formId = useId();
  const readOnly = useReadOnly();
  const form = useForm<ClientValues>({
    resolver: zodResolver(clientSchema),
    defaultValues: { ...emptyClient, company_name: name },
  });
  const create = useAction(commands.clientCreate, { ownErrors: true });
  const submit = form.handleSubmit((values) =>
    create.mutate(
      { client_id: clientId, form: toClientForm(values) },
      {
        onSuccess: () =>
          onMade({ value: clientId, label: values.company_name.trim(), note: values.contact_name }),
        onError: (error) => showFieldError(form, error),
      },
    ),
  );
  const beside = create.error?.field && create.error.field in emptyClient;
  return (
    <Dialog
      open
      onClose={onClose}
      title="New client"
      footer={
        <>
          <Button onClick={onClose}>Back to the event</Button>
          <Button type="submit" form={formId} kind="primary" reason={readOnly} pending={create.isPending}>
            {create.isPending ? "Saving…" : "Create client"}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          // React bubbles it through the portal to the event's own form.
          event.stopPropagation();
          void submit(event);
        }}
      >
        {beside ? null : <Problem error={create.error} />}
        <ClientFields form={form} brief />
      </form>
    </Dialog>
  );
}
