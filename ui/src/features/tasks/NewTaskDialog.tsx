import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { type EventOption, EventPicker } from "@/components/EventPicker";
import { Field } from "@/components/Field";
import { TaskSheet } from "@/components/tasks/TaskSheet";

/** A task belongs to an event: asks for it first, then for the task. */
export function NewTaskDialog({ event, onClose }: { event: EventOption | null; onClose: () => void }) {
  const [chosen, setChosen] = useState<EventOption | null>(null);
  const [picked, setPicked] = useState<EventOption | null>(event);
  const formId = useId();
  if (chosen) {
    return (
      <TaskSheet
        event={{ id: chosen.value, name: chosen.label, time_zone: chosen.time_zone }}
        taskId={null}
        onClose={onClose}
      />
    );
  }
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault();
    setChosen(picked);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="New task"
      description="A task belongs to an event."
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button
            type="submit"
            form={formId}
            kind="primary"
            reason={picked === null ? "Choose the event first." : null}
          >
            Next
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit}>
        <Field label="Event">
          {(control) => (
            <EventPicker control={{ ...control, autoFocus: true }} value={picked} onChange={setPicked} />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
