import { TriangleAlert } from "lucide-react";
import { Field, Textarea } from "@/components/Field";
import type { May, ScheduleConflict } from "@/ipc/types";
import { ConflictList } from "./ConflictList";

type Props = {
  title: string;
  conflicts: ScheduleConflict[];
  zone?: string;
  mayOverride: May;
  /** Null while it is not to be overridden. */
  reason: string | null;
  onReason: (reason: string | null) => void;
  overrideWord: string;
};

/** A clash names who, when and which event; it can be accepted where that is permitted, with a reason that stays. */
export function ClashBox(props: Props) {
  const { title, conflicts, zone, mayOverride, reason, onReason } = props;
  return (
    <div className="grid gap-2 rounded-lg bg-danger-soft px-3 py-2.5">
      <p className="flex gap-2 font-semibold text-danger">
        <TriangleAlert size={15} aria-hidden="true" className="mt-0.5 shrink-0" />
        <span>{title}</span>
      </p>
      {conflicts.length > 0 ? <ConflictList conflicts={conflicts} zone={zone} /> : null}
      {mayOverride.allowed ? (
        <label className="flex min-h-8 items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={reason !== null}
            onChange={(event) => onReason(event.target.checked ? "" : null)}
          />
          {props.overrideWord}
        </label>
      ) : (
        <p className="text-text-2">
          {mayOverride.reason ?? "You may not book over a clash in this organization."}
        </p>
      )}
      {reason !== null && mayOverride.allowed ? (
        <Field label="Reason for the overlap" hint="It stays beside the booking for everybody to see.">
          {(control) => (
            <Textarea
              {...control}
              autoFocus
              rows={2}
              maxLength={1000}
              className="min-h-14"
              value={reason}
              onChange={(event) => onReason(event.target.value)}
            />
          )}
        </Field>
      ) : null}
    </div>
  );
}
