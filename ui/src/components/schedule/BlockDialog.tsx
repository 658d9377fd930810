import { type FormEvent, useId, useState } from "react";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { addDays } from "@/components/days";
import { Field, Input } from "@/components/Field";
import { Problem } from "@/components/States";
import { SuggestInput } from "@/components/SuggestInput";
import { useFormat, useReadOnly, useSession } from "@/components/session";
import { dayStart } from "@/components/wall-time";
import { commands } from "@/ipc/bindings";
import { newId } from "@/ipc/ids";
import type { ResourceRow } from "@/ipc/types";
import { localsOf, type WindowErrors, windowErrors, windowOf } from "./booking-window";
import { ClashBox } from "./ClashBox";
import { refusedClash } from "./clash";
import { WindowFields } from "./WindowFields";

const usual = {
  staff: ["Leave", "Sick", "Training"],
  equipment: ["Maintenance", "Repair"],
  materials: ["Stocktaking"],
};

type Props = {
  resource: Pick<ResourceRow, "id" | "name" | "type" | "quantity">;
  /** The day it is about at first. */
  day: string;
  onClose: () => void;
};

/** Leave, maintenance: a time in which it cannot be booked. */
export function BlockDialog({ resource, day, onClose }: Props) {
  const formId = useId();
  const format = useFormat();
  const { zone } = format;
  const readOnly = useReadOnly();
  const { permissions } = useSession();
  const [entryId] = useState(newId);
  const [window, setWindow] = useState(() =>
    windowOf(dayStart(day, zone), dayStart(addDays(day, 1), zone), zone),
  );
  const [note, setNote] = useState("");
  const [quantity, setQuantity] = useState(String(resource.quantity));
  const [reason, setReason] = useState<string | null>(null);
  const [errors, setErrors] = useState<{ window: WindowErrors | null; quantity: string | null }>({
    window: null,
    quantity: null,
  });
  const create = useAction(commands.blockCreate, { ownErrors: true });
  const clash = refusedClash(create.error);
  const blocked =
    clash === null
      ? null
      : reason === null
        ? "Choose another time, or give a reason for the overlap."
        : reason.trim() === ""
          ? "Give a reason for the overlap first."
          : null;
  const change = (set: () => void) => {
    set();
    create.reset();
  };
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault();
    const locals = localsOf(window);
    const wrong = windowErrors(window, null);
    const many = /^[1-9]\d{0,5}$/.test(quantity.trim()) ? Number(quantity) : 0;
    const few =
      many >= 1 && many <= resource.quantity
        ? null
        : `A number from 1 to ${format.number(resource.quantity)}.`;
    setErrors({ window: wrong, quantity: few });
    if (!locals || wrong || few || blocked) {
      return;
    }
    create.mutate(
      {
        entry_id: entryId,
        resource_id: resource.id,
        quantity: many,
        starts_local: locals.starts_local,
        ends_local: locals.ends_local,
        time_zone: zone,
        note: note.trim() === "" ? null : note.trim(),
        override_reason: clash ? (reason?.trim() ?? null) : null,
      },
      { onSuccess: onClose },
    );
  };
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Block ${resource.name}`}
      description="Nothing new can be booked in this time."
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button
            type="submit"
            form={formId}
            kind="primary"
            reason={readOnly ?? blocked}
            pending={create.isPending}
          >
            {create.isPending ? "Saving…" : "Block this time"}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="grid gap-4">
        {clash ? null : <Problem error={create.error} />}
        <WindowFields
          value={window}
          onChange={(next) => change(() => setWindow(next))}
          verdicts={null}
          errors={errors.window}
        />
        <div className="grid grid-cols-2 gap-4">
          <Field label="What for" optional>
            {(control) => (
              <SuggestInput
                control={control}
                value={note}
                onChange={(text) => setNote(text.slice(0, 500))}
                suggestions={usual[resource.type] ?? []}
                placeholder={usual[resource.type]?.[0] ?? ""}
              />
            )}
          </Field>
          {resource.quantity > 1 ? (
            <Field label="How many" error={errors.quantity} hint={`of ${format.number(resource.quantity)}`}>
              {(control) => (
                <Input
                  {...control}
                  inputMode="numeric"
                  className="w-32"
                  value={quantity}
                  onChange={(event) => change(() => setQuantity(event.target.value))}
                />
              )}
            </Field>
          ) : null}
        </div>
        <div role="status" aria-label="Availability">
          {clash ? (
            <ClashBox
              title={clash.message}
              conflicts={clash.clashes.flatMap((one) => one.conflicts)}
              mayOverride={{
                allowed: clash.may_override && permissions.includes("resources.override"),
                reason: null,
              }}
              reason={reason}
              onReason={setReason}
              overrideWord="Block it all the same, with a reason"
            />
          ) : null}
        </div>
      </form>
    </Dialog>
  );
}
