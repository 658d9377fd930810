import { type FormEvent, useId, useState } from "react";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { useEventActions } from "./event-actions";
import { Field, Textarea } from "./Field";
import { Problem } from "./States";
import { ReleasePreview } from "./schedule/ReleasePreview";

type Props = { event: { id: string; name: string } | null; onClose: () => void };

/** Calling an event off needs a reason, which its page shows from then on. */
export function CancelEventDialog({ event, onClose }: Props) {
  return event ? <Ask key={event.id} event={event} onClose={onClose} /> : null;
}

function Ask({ event, onClose }: { event: { id: string; name: string }; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const { cancel } = useEventActions();
  const formId = useId();
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault();
    cancel.mutate({ event_id: event.id, reason: reason.trim() }, { onSuccess: onClose });
  };
  const own = cancel.error?.field === "reason" || cancel.error?.field === "cancel_reason";
  return (
    <Dialog
      open
      onClose={onClose}
      title="Cancel this event?"
      description={
        <span className="break-words">{event.name} keeps its history and can be reinstated later.</span>
      }
      footer={
        <>
          <Button onClick={onClose}>Keep the event</Button>
          <Button
            type="submit"
            form={formId}
            kind="danger"
            pending={cancel.isPending}
            reason={reason.trim() === "" ? "Give a reason first." : null}
          >
            {cancel.isPending ? "Cancelling…" : "Cancel event"}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="grid gap-3">
        {own ? null : <Problem error={cancel.error} />}
        <Field label="Reason" error={own ? cancel.error?.message : null}>
          {(control) => (
            <Textarea
              {...control}
              autoFocus
              maxLength={1000}
              placeholder="For example: the client postponed to next year"
              value={reason}
              onChange={(changed) => setReason(changed.target.value)}
            />
          )}
        </Field>
        <ReleasePreview eventId={event.id} />
      </form>
    </Dialog>
  );
}
