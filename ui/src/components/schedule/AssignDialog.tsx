import { type FormEvent, useId } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field, Input } from "@/components/Field";
import { Problem } from "@/components/States";
import { useFormat, useReadOnly } from "@/components/session";
import type { BookingRow } from "@/ipc/types";
import { ClashBox } from "./ClashBox";
import { ResourcePicker } from "./ResourcePicker";
import { type Assigning, type ForEvent, useAssignment } from "./use-assignment";
import { WindowFields } from "./WindowFields";
import { bufferWords } from "./words";

type Props = {
  event: ForEvent;
  task?: { id: string; title: string } | null;
  /** The booking to change; otherwise a new one. */
  booking?: BookingRow | null;
  /** Moved by so many minutes from the start, e.g. by the arrow keys. */
  nudge?: number;
  onClose: () => void;
};

/** Books a person or a thing for an event, or changes such a booking; says at once whether it is free. */
export function AssignDialog({ event, task = null, booking = null, nudge = 0, onClose }: Props) {
  const formId = useId();
  const readOnly = useReadOnly();
  const it = useAssignment({ event, task, booking, nudge });
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault();
    // React bubbles it through the portal to whatever form lies below.
    submitted.stopPropagation();
    it.send(onClose);
  };
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={booking ? `Change ${booking.resource_name}` : "Assign staff or equipment"}
      description={
        <span className="break-words">
          {booking ? "For" : "To"} <bdi>{event.name}</bdi>
          {task ? `, “${task.title}”` : ""}
        </span>
      }
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          {booking ? null : (
            <Button reason={readOnly ?? it.blocked} pending={it.pending} onClick={() => it.send(it.another)}>
              Assign and pick another
            </Button>
          )}
          <Button
            type="submit"
            form={formId}
            kind="primary"
            reason={readOnly ?? it.blocked}
            pending={it.pending}
          >
            {it.pending ? "Saving…" : booking ? "Save changes" : "Assign"}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="grid gap-4">
        <Problem error={it.problem} />
        <Field label="Who or what" error={it.errors?.resource}>
          {(control) => (
            <ResourcePicker
              key={it.round}
              control={{ ...control, autoFocus: booking === null }}
              value={it.resource}
              onChange={it.setResource}
              ask={it.ask}
              zone={event.time_zone}
              type={it.type}
              onType={it.setType}
            />
          )}
        </Field>
        <WindowFields
          value={it.window}
          onChange={it.setWindow}
          verdicts={it.verdict ?? null}
          errors={it.errors?.window ?? null}
        >
          <Times it={it} event={event} />
        </WindowFields>
        {it.resource && it.resource.quantity > 1 ? <Quantity it={it} /> : null}
        <Verdict it={it} zone={event.time_zone} changing={booking !== null} />
      </form>
    </Dialog>
  );
}

/** Whose clock it is, what comes on top, and the way back to the event's own times. */
function Times({ it, event }: { it: Assigning; event: ForEvent }) {
  const format = useFormat();
  const buffer = bufferWords(it.resource ?? undefined);
  const note = event.starts_at ? format.zoneNote(event.starts_at, event.time_zone) : null;
  return (
    <div className="flex min-h-5 flex-wrap items-center gap-x-3 text-sm text-text-3">
      {note ? <span>On the clocks of {note}.</span> : null}
      {buffer ? <span>It also keeps {buffer}.</span> : null}
      {it.asEvent ? null : (
        <Button kind="link" size="small" onClick={it.useEventTimes}>
          Use the event's times
        </Button>
      )}
    </div>
  );
}

function Quantity({ it }: { it: Assigning }) {
  const format = useFormat();
  return (
    <Field
      label="How many"
      error={it.errors?.quantity}
      hint={`of ${format.number(it.resource?.quantity ?? 1)}`}
    >
      {(control) => (
        <Input
          {...control}
          inputMode="numeric"
          className="w-32"
          value={it.quantity}
          onChange={(event) => it.setQuantity(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Free, or what is in the way; spoken when it changes. */
function Verdict({ it, zone, changing }: { it: Assigning; zone: string; changing: boolean }) {
  const format = useFormat();
  const { resource, clash, verdict } = it;
  return (
    <div role="status" aria-label="Availability" className="min-h-5">
      {resource === null ? null : clash ? (
        <ClashBox
          title={clash.title}
          conflicts={clash.conflicts}
          zone={zone}
          mayOverride={clash.mayOverride}
          reason={it.reason}
          onReason={it.setReason}
          overrideWord={
            changing ? "Book it all the same, with a reason" : "Assign all the same, with a reason"
          }
        />
      ) : verdict?.message ? (
        <p className="rounded-lg bg-warn-soft px-3 py-2 text-warn">{verdict.message}</p>
      ) : verdict && verdict.free !== null ? (
        <p className="text-s-progress">
          ✓{" "}
          {resource.quantity > 1
            ? `${format.number(verdict.free)} of ${format.number(resource.quantity)} are free then.`
            : `${resource.name} is free then.`}
        </p>
      ) : (
        <p className="text-text-3">{it.ask ? "Checking…" : ""}</p>
      )}
    </div>
  );
}
