import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { addDays } from "@/components/days";
import { Field, Input } from "@/components/Field";
import { Problem } from "@/components/States";
import { SuggestInput } from "@/components/SuggestInput";
import { useFormat, useReadOnly, useSession } from "@/components/session";
import { useDebounced } from "@/components/use-debounced";
import { dayStart } from "@/components/wall-time";
import { commands } from "@/ipc/bindings";
import { newId } from "@/ipc/ids";
import type { BlockAsk, May, ResourceRow, ScheduleConflict } from "@/ipc/types";
import { localsOf, type WindowErrors, windowErrors, windowOf } from "./booking-window";
import { ClashBox } from "./ClashBox";
import { refusedClash } from "./clash";
import { blockCheckQuery } from "./queries";
import { WindowFields } from "./WindowFields";

const usual = {
  staff: ["Leave", "Sick", "Training"],
  equipment: ["Maintenance", "Repair"],
  materials: ["Stocktaking"],
};

type Clash = { title: string; conflicts: ScheduleConflict[]; mayOverride: May };

const asNumber = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : null);

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
  const locals = localsOf(window);
  const many = asNumber(quantity);
  const verdict = useBlockVerdict(
    locals && { ...locals, resource_id: resource.id, quantity: many ?? 1, time_zone: zone },
  );
  const clash = clashOf();
  function clashOf(): Clash | null {
    const refused = refusedClash(create.error);
    if (refused) {
      const allowed = refused.may_override && permissions.includes("resources.override");
      const conflicts = refused.clashes.flatMap((one) => one.conflicts);
      return { title: refused.message, conflicts, mayOverride: { allowed, reason: null } };
    }
    if (!verdict || verdict.conflicts.length === 0) {
      return null;
    }
    const some = `${format.number(many ?? 1)} to block, ${format.number(verdict.free ?? 0)} free then.`;
    return {
      title: resource.quantity > 1 ? some : `${resource.name} is booked then.`,
      conflicts: verdict.conflicts,
      mayOverride: verdict.may_override,
    };
  }
  const overriding = clash?.mayOverride.allowed === true && reason !== null;
  const blocked =
    clash === null
      ? null
      : !overriding
        ? clash.mayOverride.allowed
          ? "Choose another time, or give a reason for the overlap."
          : "Choose another time."
        : reason.trim() === ""
          ? "Give a reason for the overlap first."
          : null;
  const change = (set: () => void) => {
    set();
    create.reset();
  };
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault();
    const wrong = windowErrors(window, verdict ?? null);
    const isThere = many !== null && many >= 1 && many <= resource.quantity;
    const few = isThere ? null : `A number from 1 to ${format.number(resource.quantity)}.`;
    setErrors({ window: wrong, quantity: few });
    if (!locals || wrong || !isThere || blocked) {
      return;
    }
    create.mutate(
      {
        entry_id: entryId,
        resource_id: resource.id,
        quantity: many,
        ...locals,
        time_zone: zone,
        note: note.trim() === "" ? null : note.trim(),
        // A reason given for an overlap that is gone by now would mark nothing.
        override_reason: overriding ? reason.trim() : null,
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
        {refusedClash(create.error) ? null : <Problem error={create.error} />}
        <WindowFields
          value={window}
          onChange={(next) => change(() => setWindow(next))}
          verdicts={verdict ?? null}
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
        <div role="status" aria-label="Availability" className="min-h-5">
          {clash ? (
            <ClashBox
              {...clash}
              zone={zone}
              reason={reason}
              onReason={setReason}
              overrideWord="Block it all the same, with a reason"
            />
          ) : verdict?.message ? (
            <p className="rounded-lg bg-warn-soft px-3 py-2 text-warn">{verdict.message}</p>
          ) : verdict && verdict.free !== null ? (
            <p className="text-s-progress">✓ Nothing is booked then that would be in the way.</p>
          ) : null}
        </div>
      </form>
    </Dialog>
  );
}

/** What the desk says to it, a moment after the last key. */
function useBlockVerdict(ask: BlockAsk | null) {
  const settled = useDebounced(ask ? JSON.stringify(ask) : "", 120);
  const checked = useQuery({
    ...blockCheckQuery(settled === "" ? ({} as never) : JSON.parse(settled)),
    enabled: settled !== "",
    placeholderData: (previous) => previous,
  });
  return settled === "" ? undefined : checked.data;
}
