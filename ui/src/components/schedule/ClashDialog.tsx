import { useState } from "react";
import { Button } from "@/components/Button";
import { cx } from "@/components/class-names";
import { Dialog } from "@/components/Dialog";
import { Field, Textarea } from "@/components/Field";
import type { MovingChoice } from "@/ipc/types";
import { ConflictList } from "./ConflictList";
import type { Refused } from "./clash";

type Props = {
  clash: Refused;
  zone: string;
  pending: boolean;
  onClose: () => void;
  onDecide: (choice: MovingChoice) => void;
};

/** An event moves and what it has booked is taken at the new time: release, overlap with a reason, or go back. */
export function ClashDialog({ clash, zone, pending, onClose, onDecide }: Props) {
  const [choice, setChoice] = useState<"release" | "override" | null>(null);
  const [reason, setReason] = useState("");
  const count = clash.clashes.length;
  const words = count === 1 ? "One booking of this event clashes." : `${count} bookings of this event clash.`;
  const missing =
    choice === null
      ? "Choose what to do first."
      : choice === "override" && reason.trim() === ""
        ? "Give a reason for the overlap first."
        : null;
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Not everything is free at the new time"
      description={words}
      footer={
        <>
          <Button onClick={onClose}>Back to the form</Button>
          <Button
            kind="primary"
            reason={missing}
            pending={pending}
            onClick={() =>
              onDecide(
                choice === "override" ? { kind: "override", reason: reason.trim() } : { kind: "release" },
              )
            }
          >
            {pending ? "Saving…" : "Save and move the event"}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <Clashes clash={clash} zone={zone} />
        <fieldset className="grid gap-2">
          <legend className="sr-only">What to do with the bookings that clash</legend>
          <Way
            on={choice === "release"}
            onChoose={() => setChoice("release")}
            word="Release them"
            note="Only the bookings that clash leave this event; everything else moves along."
          />
          <Way
            on={choice === "override"}
            onChoose={() => setChoice("override")}
            word="Keep them, with a reason"
            note={
              clash.may_override
                ? "They overlap and stay marked with the reason."
                : "You may not book over a clash in this organization."
            }
            disabled={!clash.may_override}
          />
        </fieldset>
        {choice === "override" ? (
          <Field label="Reason for the overlap">
            {(control) => (
              <Textarea
                {...control}
                autoFocus
                rows={2}
                maxLength={1000}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
        ) : null}
      </div>
    </Dialog>
  );
}

function Clashes({ clash, zone }: { clash: Refused; zone: string }) {
  return (
    <ul
      aria-label="Bookings that clash"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls has to be reachable by keyboard
      tabIndex={0}
      className="grid max-h-60 gap-2 overflow-y-auto rounded-lg bg-danger-soft px-3 py-2.5"
    >
      {clash.clashes.map((one, at) => (
        // The same person or thing may clash more than once.
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <li key={at} className="grid grid-cols-[180px_minmax(0,1fr)] gap-3">
          <span className="truncate font-semibold text-danger" title={one.resource ?? undefined}>
            <bdi>{one.resource ?? "A booking"}</bdi>
          </span>
          {one.conflicts.length > 0 ? (
            <ConflictList conflicts={one.conflicts} zone={zone} />
          ) : (
            <span className="text-text-2">is marked as not available</span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Way(props: { on: boolean; onChoose: () => void; word: string; note: string; disabled?: boolean }) {
  return (
    <label
      className={cx(
        "flex min-h-11 gap-2 rounded-lg border border-line px-3 py-2 has-focus-visible:outline-2 has-focus-visible:outline-accent",
        props.on ? "border-accent bg-accent-soft" : "hover:bg-hover",
        props.disabled && "opacity-60",
      )}
    >
      <input
        type="radio"
        name="clash-way"
        className="mt-1 accent-accent"
        disabled={props.disabled}
        checked={props.on}
        onChange={props.onChoose}
      />
      <span className="min-w-0">
        <span className="block font-medium">{props.word}</span>
        <span className="block text-sm text-text-2">{props.note}</span>
      </span>
    </label>
  );
}
