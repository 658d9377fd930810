import type { ReactNode } from "react";
import { commands } from "@/ipc/bindings";
import type { EventTask } from "@/ipc/types";
import { useAction } from "../actions";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Problem } from "../States";
import { useFormat } from "../session";
import { tasksWord } from "./words";

type Props = {
  ids: string[];
  /** What is known about it, where it is one task of the page's event. */
  task?: EventTask | undefined;
  onClose: () => void;
  onDone?: () => void;
};

/** Asks before tasks are deleted, and says what goes with them. */
export function DeleteTasksDialog({ ids, task, onClose, onDone }: Props) {
  const format = useFormat();
  const remove = useAction(commands.taskDelete, { ownErrors: true });
  const one = ids.length === 1;
  const word = one ? "Delete task" : `Delete ${tasksWord(ids.length, format.number(ids.length))}`;
  return (
    <Dialog
      open
      onClose={onClose}
      title={one ? "Delete this task?" : `Delete ${tasksWord(ids.length, format.number(ids.length))}?`}
      description={
        <span className="break-words">
          {task ? <bdi>{task.row.title}</bdi> : one ? "It" : "They"} {one ? "goes away" : "go away"} on every
          desk. You can undo it.
        </span>
      }
      footer={
        <>
          <Button onClick={onClose}>{one ? "Keep the task" : "Keep the tasks"}</Button>
          <Button
            kind="danger"
            pending={remove.isPending}
            onClick={() =>
              remove.mutate(
                { task_ids: ids },
                {
                  onSuccess: () => {
                    onDone?.();
                    onClose();
                  },
                },
              )
            }
          >
            {remove.isPending ? "Deleting…" : word}
          </Button>
        </>
      }
    >
      <div className="grid gap-2">
        <Problem error={remove.error} />
        {task ? (
          <GoesWithIt task={task} />
        ) : (
          <p>What waits for them stops waiting, and who is booked on them is released.</p>
        )}
      </div>
    </Dialog>
  );
}

function GoesWithIt({ task }: { task: EventTask }) {
  const format = useFormat();
  const { dependants, bookings } = task;
  if (dependants.length === 0 && bookings.length === 0) {
    return <p className="text-text-2">Nothing waits for it and nobody is booked on it.</p>;
  }
  return (
    <>
      <Goes heading="No longer waiting for it" items={dependants.map((other) => [other.id, other.title])} />
      <Goes
        heading="Released"
        items={bookings.map((booking) => [
          booking.id,
          <>
            <bdi>{booking.resource_name}</bdi>,{" "}
            {format.span(booking.starts_at, booking.ends_at, booking.time_zone)}
          </>,
        ])}
      />
    </>
  );
}

function Goes({ heading, items }: { heading: string; items: (readonly [string, ReactNode])[] }) {
  if (items.length === 0) {
    return null;
  }
  return (
    <div>
      <p className="text-sm font-medium text-text-2">{heading}</p>
      <ul className="list-disc pl-5">
        {items.map(([id, words]) => (
          <li key={id} className="break-words">
            {words}
          </li>
        ))}
      </ul>
    </div>
  );
}
