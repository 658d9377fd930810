import { useState } from "react";
import { Button } from "./Button";
import { cx } from "./class-names";
import { Dialog } from "./Dialog";

export type ConflictField = {
  name: string;
  label: string;
  mine: string;
  theirs: string;
  before: string | null;
};
export type Keeps = Record<string, "mine" | "theirs">;

type Props = {
  fields: ConflictField[];
  onClose: () => void;
  /** Which value of each field stands. */
  onDecide: (keeps: Keeps) => void;
};

/** Two people changed the same field: both values, side by side, and the person decides. */
export function ConflictDialog({ fields, onClose, onDecide }: Props) {
  const [keeps, setKeeps] = useState<Keeps>({});
  const open = fields.filter((field) => !keeps[field.name]).length;
  const all = (side: "mine" | "theirs") =>
    setKeeps(Object.fromEntries(fields.map((field) => [field.name, side])));
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Somebody changed this while you were editing"
      description="Your other changes are untouched. Choose which value stands."
      footer={
        <>
          <Button kind="ghost" className="mr-auto" onClick={() => all("theirs")}>
            Take all of theirs
          </Button>
          <Button onClick={onClose}>Back to the form</Button>
          <Button
            kind="primary"
            reason={open > 0 ? "Choose a value for each field first." : null}
            onClick={() => onDecide(keeps)}
          >
            Save my choice
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {fields.map((field) => (
          <fieldset key={field.name} className="grid gap-1.5">
            <legend className="text-sm font-medium text-text-2">
              {field.label}
              {field.before ? <span className="font-normal text-text-3"> · was {field.before}</span> : null}
            </legend>
            <div className="grid grid-cols-2 gap-2">
              {(["mine", "theirs"] as const).map((side) => (
                <label
                  key={side}
                  className={cx(
                    "flex min-h-11 gap-2 rounded-lg border border-line px-3 py-2 has-focus-visible:outline-2 has-focus-visible:outline-accent",
                    keeps[field.name] === side ? "border-accent bg-accent-soft" : "hover:bg-hover",
                  )}
                >
                  <input
                    type="radio"
                    name={`conflict-${field.name}`}
                    className="mt-1 accent-accent"
                    checked={keeps[field.name] === side}
                    onChange={() => setKeeps({ ...keeps, [field.name]: side })}
                  />
                  <span className="min-w-0">
                    <span className="block text-sm text-text-3">
                      {side === "mine" ? "Keep mine" : "Take theirs"}
                    </span>
                    <span className="block break-words whitespace-pre-wrap">{field[side] || "nothing"}</span>
                  </span>
                </label>
              ))}
            </div>
          </fieldset>
        ))}
      </div>
    </Dialog>
  );
}
