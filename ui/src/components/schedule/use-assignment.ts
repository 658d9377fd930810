/** An assignment while it is being made or changed: what was typed, what the shell says to it, and the sending. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "@/components/actions";
import { useFormat } from "@/components/session";
import { useDebounced } from "@/components/use-debounced";
import { commands } from "@/ipc/bindings";
import { newId } from "@/ipc/ids";
import type { BookingRow, May, ResourceType, ScheduleConflict } from "@/ipc/types";
import type { CommandError } from "@/ipc/unwrap";
import { localsOf, nudged, type WindowErrors, windowErrors, windowOf } from "./booking-window";
import { type Refused, refusedClash } from "./clash";
import { assignmentCheckQuery, resourcePageQuery } from "./queries";
import type { Picked } from "./ResourcePicker";

export type ForEvent = {
  id: string;
  name: string;
  time_zone: string;
  /** The event's own times, where they are known. */
  starts_at: string | null;
  ends_at: string | null;
};

type Errors = { resource?: string; window: WindowErrors | null; quantity?: string };
type Clash = { title: string; conflicts: ScheduleConflict[]; mayOverride: May };

type Options = {
  event: ForEvent;
  task: { id: string } | null;
  booking: BookingRow | null;
  nudge: number;
};

const asNumber = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : null);

export type Assigning = ReturnType<typeof useAssignment>;

export function useAssignment({ event, task, booking, nudge }: Options) {
  const format = useFormat();
  const [entryId, setEntryId] = useState(() => booking?.id ?? newId());
  const own = () => windowOf(event.starts_at ?? "1970-01-01", event.ends_at ?? "1970-01-01", event.time_zone);
  const [window, setWindow] = useState(() =>
    booking ? nudged(windowOf(booking.starts_at, booking.ends_at, event.time_zone), nudge) : own(),
  );
  const [chosen, setResource] = useState<Picked | null>(null);
  const [type, setType] = useState<ResourceType | null>(booking?.resource_type ?? null);
  const [quantity, setQuantity] = useState(String(booking?.quantity ?? 1));
  const [reason, setReason] = useState<string | null>(booking?.override_reason ?? null);
  const [errors, setErrors] = useState<Errors | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [problem, setProblem] = useState<CommandError | null>(null);
  // Counts what was assigned in one go, so that the picker starts afresh.
  const [round, setRound] = useState(0);
  const before = useQuery({
    ...resourcePageQuery(booking?.resource_id ?? ""),
    enabled: booking !== null,
  }).data?.row;
  const resource = chosen ?? before ?? null;

  const locals = localsOf(window);
  const wanted = resource && resource.quantity > 1 ? asNumber(quantity) : 1;
  const ask = locals && {
    event_id: event.id,
    task_id: booking ? booking.task_id : (task?.id ?? null),
    quantity: wanted ?? 1,
    entry_id: booking?.id ?? null,
    ...locals,
  };
  const settled = useDebounced(
    ask && resource ? JSON.stringify({ ...ask, resource_id: resource.id }) : "",
    120,
  );
  const checked = useQuery({
    ...assignmentCheckQuery(settled === "" ? ({} as never) : JSON.parse(settled)),
    enabled: settled !== "",
    placeholderData: (previous) => previous,
  });
  const verdict = resource && locals && settled !== "" ? checked.data : undefined;

  const clash = clashOf();
  function clashOf(): Clash | null {
    if (refused) {
      const mayOverride = verdict?.may_override ?? { allowed: refused.may_override, reason: null };
      const conflicts = refused.clashes.flatMap((one) => one.conflicts);
      return { title: refused.message, conflicts, mayOverride };
    }
    if (!resource || !verdict || verdict.conflicts.length === 0) {
      return null;
    }
    const some = `${format.number(wanted ?? 1)} needed, ${format.number(verdict.free ?? 0)} free then.`;
    return {
      title: resource.quantity > 1 ? some : `${resource.name} is already booked then.`,
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
          ? "Choose another time or resource, or give a reason for the overlap."
          : "Choose another time or resource."
        : reason.trim() === ""
          ? "Give a reason for the overlap first."
          : null;

  const create = useAction(commands.assignmentCreate, { ownErrors: true });
  const edit = useAction(commands.assignmentEdit, { ownErrors: true });

  /** Whatever is changed makes an earlier refusal moot. */
  const changing =
    <Value>(set: (value: Value) => void) =>
    (value: Value) => {
      setRefused(null);
      setProblem(null);
      setErrors(null);
      set(value);
    };

  const send = (onDone: () => void) => {
    const wrong: Errors = { window: windowErrors(window, verdict ?? null) };
    if (!resource) {
      wrong.resource = "Choose who or what.";
    }
    if (resource && (wanted === null || wanted < 1 || wanted > resource.quantity)) {
      wrong.quantity = `A number from 1 to ${format.number(resource.quantity)}.`;
    }
    if (!resource || !locals || wanted === null || wrong.window || wrong.quantity) {
      setErrors(wrong);
      return;
    }
    setProblem(null);
    const answers = {
      onSuccess: onDone,
      onError: (error: CommandError) => {
        const told = refusedClash(error);
        setRefused(told);
        setProblem(told ? null : error);
      },
    };
    const form = {
      entry_id: entryId,
      resource_id: resource.id,
      quantity: wanted,
      ...locals,
      // A reason given for an overlap that is gone by now would mark nothing.
      override_reason: overriding ? reason.trim() : null,
    };
    if (booking) {
      edit.mutate(form, answers);
    } else {
      create.mutate({ ...form, event_id: event.id, task_id: task?.id ?? null }, answers);
    }
  };

  const asEventLocals = event.starts_at && event.ends_at ? localsOf(own()) : null;
  return {
    ask,
    window,
    resource,
    type,
    quantity,
    reason,
    errors,
    problem,
    verdict,
    clash,
    blocked,
    round,
    pending: create.isPending || edit.isPending,
    setWindow: changing(setWindow),
    setResource: changing(setResource),
    setType,
    setQuantity: changing(setQuantity),
    setReason,
    send,
    /** The next one, for the same times. */
    another: () => {
      setEntryId(newId());
      setResource(null);
      setReason(null);
      setRound(round + 1);
    },
    /** Whether the times are the event's own, or there is nothing to compare them with. */
    asEvent: asEventLocals === null || JSON.stringify(asEventLocals) === JSON.stringify(locals),
    useEventTimes: () => changing(setWindow)(own()),
  };
}
