import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useRef, useState } from "react";
import { useForm } from "react-hook-form";
import { commands } from "@/ipc/bindings";
import { newId } from "@/ipc/ids";
import type { EventTask, EventTasks, TaskCategory } from "@/ipc/types";
import type { CommandError } from "@/ipc/unwrap";
import { useAction } from "../actions";
import { Button } from "../Button";
import { ConflictDialog } from "../ConflictDialog";
import { type Clash, clashesOf } from "../conflicts";
import { Dialog } from "../Dialog";
import { showFieldError } from "../field-errors";
import { LeaveGuard } from "../LeaveGuard";
import { Failed, Loading, Problem } from "../States";
import { useFormat, useReadOnly } from "../session";
import { eventTasksQuery } from "./queries";
import { TaskFields, useDueVerdict } from "./TaskFields";
import { mergeTask, taskClashFields } from "./task-clash";
import {
  emptyTask,
  fromEventTask,
  type TaskValues,
  taskFieldNames,
  taskSchema,
  toTaskForm,
} from "./task-form";

type Target = {
  event: { id: string; name: string; time_zone: string };
  /** Null: a new one. */
  taskId: string | null;
  category?: TaskCategory;
};
type Props = Target & { onClose: () => void };

/** A task's form beside what it belongs to; for a new one and for changes alike. */
export function TaskSheet(props: Props) {
  const tasks = useQuery(eventTasksQuery(props.event.id));
  const found = tasks.data?.tasks.find((task) => task.row.id === props.taskId);
  // Whoever deletes it meanwhile must not close the form over what is being typed.
  const opened = useRef(found);
  opened.current ??= found;
  if (tasks.data && (props.taskId === null || opened.current)) {
    return <Opened {...props} tasks={tasks.data} edited={opened.current ?? null} />;
  }
  return (
    <Dialog side open onClose={props.onClose} title={props.taskId === null ? "New task" : "Task"}>
      {tasks.error ? (
        <Failed error={tasks.error} onRetry={() => void tasks.refetch()} />
      ) : tasks.data ? (
        <p>This task is not there any more.</p>
      ) : (
        <Loading label="Reading the tasks…" />
      )}
    </Dialog>
  );
}

type Conflict = { clashes: Clash[]; mine: TaskValues; theirs: TaskValues };

/** What the form was opened with stays its base: others' changes while it is open do not reach into it. */
function Opened({ event, taskId, category, onClose, tasks, edited }: Props & Shown) {
  const client = useQueryClient();
  const format = useFormat();
  const [newTaskId] = useState(newId);
  const [base, setBase] = useState<TaskValues>(() =>
    edited ? fromEventTask(edited) : { ...emptyTask, category: category ?? emptyTask.category },
  );
  const form = useForm<TaskValues>({ resolver: zodResolver(taskSchema), defaultValues: base });
  const verdict = useDueVerdict(event.id, form);
  const [problem, setProblem] = useState<CommandError | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const create = useAction(commands.taskCreate, { ownErrors: true });
  const edit = useAction(commands.taskEdit, { ownErrors: true });

  const refused = async (error: CommandError, mine: TaskValues) => {
    const clashes = clashesOf(error);
    if (clashes && taskId) {
      const fresh = await client.fetchQuery({ ...eventTasksQuery(event.id), staleTime: 0 });
      const theirs = fresh.tasks.find((task) => task.row.id === taskId);
      if (theirs) {
        setConflict({ clashes, mine, theirs: fromEventTask(theirs) });
        return;
      }
    }
    setProblem(showFieldError(form, error, taskFieldNames) ? null : error);
  };
  const send = (values: TaskValues, from: TaskValues) => {
    setProblem(null);
    const told = { onSuccess: onClose, onError: (error: CommandError) => void refused(error, values) };
    if (taskId) {
      edit.mutate({ task_id: taskId, form: toTaskForm(values), base: toTaskForm(from) }, told);
    } else {
      create.mutate({ task_id: newTaskId, event_id: event.id, form: toTaskForm(values) }, told);
    }
  };
  const submit = form.handleSubmit((values) => {
    if (verdict?.kind === "invalid") {
      form.setError("due_time", { type: "wall", message: verdict.message });
    } else if ((verdict?.kind === "skipped" || verdict?.kind === "repeated") && values.due_choice === null) {
      form.setError("due_time", { type: "wall", message: "Choose which of the two times is meant." });
    } else {
      send(values, base);
    }
  });
  const { isDirty } = form.formState;
  return (
    <>
      <Frame
        title={taskId ? "Task" : "New task"}
        about={<bdi>{event.name}</bdi>}
        submitWord={taskId ? "Save changes" : "Create task"}
        dirty={isDirty}
        pending={create.isPending || edit.isPending}
        mayNot={taskId ? mayNot(tasks.may.edit) : mayNot(tasks.may.create)}
        onClose={onClose}
        onSubmit={submit}
      >
        <Problem error={problem} />
        <TaskFields
          form={form}
          verdict={verdict}
          others={tasks.tasks.filter((task) => task.row.id !== taskId)}
          zone={event.time_zone}
          assignReason={mayNot(tasks.may.assign)}
        />
      </Frame>
      {conflict ? (
        <ConflictDialog
          fields={taskClashFields(conflict.clashes, { ...conflict, before: base }, format)}
          onClose={() => setConflict(null)}
          onDecide={(keeps) => {
            const merged = mergeTask({ ...conflict, before: base }, keeps);
            setConflict(null);
            setBase(conflict.theirs);
            form.reset(merged);
            send(merged, conflict.theirs);
          }}
        />
      ) : null}
    </>
  );
}

type Shown = { tasks: EventTasks; edited: EventTask | null };

const mayNot = (may: { allowed: boolean; reason: string | null }) =>
  may.allowed ? null : (may.reason ?? "Not possible now.");

/** The sheet around the form; it does not close over what was typed without asking. */
function Frame(props: {
  title: string;
  about: ReactNode;
  submitWord: string;
  dirty: boolean;
  pending: boolean;
  mayNot: string | null;
  onClose: () => void;
  onSubmit: () => Promise<void>;
  children: ReactNode;
}) {
  const formId = useId();
  const readOnly = useReadOnly();
  const [asking, setAsking] = useState(false);
  const close = () => (props.dirty ? setAsking(true) : props.onClose());
  return (
    <Dialog
      side
      open
      onClose={close}
      title={props.title}
      description={props.about}
      footer={
        <>
          <Button onClick={close}>Close</Button>
          <Button
            type="submit"
            form={formId}
            kind="primary"
            reason={readOnly ?? props.mayNot}
            pending={props.pending}
          >
            {props.pending ? "Saving…" : props.submitWord}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        aria-label={props.title}
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          // React bubbles it through the portal to whatever form is around.
          event.stopPropagation();
          void props.onSubmit();
        }}
      >
        <LeaveGuard dirty={props.dirty} />
        {props.children}
      </form>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Close without saving?"
        description="What you typed in this form is not saved yet."
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Keep editing</Button>
            <Button kind="danger" onClick={props.onClose}>
              Close without saving
            </Button>
          </>
        }
      />
    </Dialog>
  );
}
