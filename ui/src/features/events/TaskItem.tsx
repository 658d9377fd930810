import { History, Lock, Trash2, UserRoundPlus } from "lucide-react";
import { Button } from "@/components/Button";
import type { Option } from "@/components/Combobox";
import { cx } from "@/components/class-names";
import { useFormat } from "@/components/session";
import { Tooltip } from "@/components/Tooltip";
import { AssigneeButton } from "@/components/tasks/AssigneeButton";
import { Due } from "@/components/tasks/Due";
import { TaskStatusMenu } from "@/components/tasks/StatusMenu";
import { TaskGlyph } from "@/components/tasks/TaskMark";
import { taskStatusWord } from "@/components/tasks/words";
import type { EventTask, TaskStatus } from "@/ipc/types";

type Props = {
  task: EventTask;
  pending: boolean;
  assignReason: string | null;
  deleteReason: string | null;
  onMove: (to: TaskStatus) => void;
  onAssign: (person: Option | null) => void;
  onOpen: () => void;
  onDelete: () => void;
  /** Brings another task of the event into view. */
  onShow: (id: string) => void;
};

/** One task: where it stands, what it waits for, who does it by when. */
export function TaskItem(props: Props) {
  const { task, onMove, onAssign, onOpen, onDelete } = props;
  const { row } = task;
  const done = row.status === "completed";
  return (
    <li
      data-item={row.id}
      className="-mx-2 grid grid-cols-[120px_minmax(0,1fr)_170px_176px_32px] justify-items-start items-start gap-3 rounded-md px-2 py-1.5 focus-within:bg-hover hover:bg-hover"
    >
      <TaskStatusMenu row={row} mayMove={task.may_move} pending={props.pending} onMove={onMove} />
      <div className="w-full min-w-0">
        <button
          type="button"
          data-item-focus=""
          onClick={onOpen}
          title={row.title}
          className={cx(
            "block max-w-full truncate py-1 text-left font-medium hover:underline",
            done && "font-normal text-text-2",
          )}
        >
          <bdi>{row.title}</bdi>
        </button>
        {task.description ? (
          <p className="line-clamp-2 max-w-2xl break-words whitespace-pre-line text-text-2">
            {task.description}
          </p>
        ) : null}
        <Waits task={task} onShow={props.onShow} />
        <Flags task={task} />
      </div>
      <AssigneeButton
        label={`Who does ${row.title}`}
        value={row.assigned_to}
        onPick={onAssign}
        disabled={props.assignReason !== null}
        trigger={
          <Button
            kind="ghost"
            size="small"
            reason={props.assignReason}
            aria-label={`Assigned to: ${row.assigned_to_name ?? "nobody"}`}
            className={cx(
              "w-full justify-start text-base font-normal",
              row.assigned_to_name ? "text-text" : "text-text-3",
            )}
          >
            {row.assigned_to_name ? (
              <span className="truncate" title={row.assigned_to_name}>
                <bdi>{row.assigned_to_name}</bdi>
              </span>
            ) : (
              <>
                <UserRoundPlus size={14} aria-hidden="true" />
                Nobody yet
              </>
            )}
          </Button>
        }
      />
      {done ? <DoneBy task={task} /> : <Due row={row} stacked className="py-1" />}
      <Button
        kind="ghost"
        size="icon"
        className="size-7"
        aria-label={`Delete ${row.title}`}
        tip="Delete"
        reason={props.deleteReason}
        onClick={onDelete}
      >
        <Trash2 size={14} aria-hidden="true" />
      </Button>
    </li>
  );
}

/** What has to be completed before, each with how it stands. */
function Waits({ task, onShow }: { task: EventTask; onShow: Props["onShow"] }) {
  if (task.prerequisites.length === 0) {
    return null;
  }
  const open = task.row.status !== "completed" && task.row.open_prerequisites > 0;
  return (
    <div className="flex flex-wrap items-center gap-1 pb-1">
      <span className={cx("flex items-center gap-1 text-sm", open ? "text-warn" : "text-text-3")}>
        {open ? <Lock size={12} aria-hidden="true" /> : null}
        {open ? "waits for" : "after"}
      </span>
      <ul aria-label={`Prerequisites of ${task.row.title}`} className="contents">
        {task.prerequisites.map((other) => (
          <li key={other.id} className="flex min-w-0">
            <button
              type="button"
              onClick={() => onShow(other.id)}
              className="flex max-w-64 items-center gap-1 rounded-[5px] border border-line px-1.5 text-sm text-text-2 hover:border-edge"
            >
              <TaskGlyph status={other.status} size={11} />
              <span className="truncate">
                <bdi>{other.title}</bdi>
              </span>
              <span className="sr-only">, {taskStatusWord(other.status).toLowerCase()}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Flags({ task }: { task: EventTask }) {
  const booked = task.bookings.length;
  if (!task.finished_out_of_order && booked === 0) {
    return null;
  }
  return (
    <div className="flex flex-wrap items-center gap-2 pb-1 text-sm">
      {task.finished_out_of_order ? (
        <Tooltip text="It came in completed while what it waits for was still open.">
          <span className="flex items-center gap-1 rounded-[5px] bg-warn-soft px-1.5 text-warn">
            <History size={12} aria-hidden="true" />
            finished out of order
          </span>
        </Tooltip>
      ) : null}
      {booked > 0 ? (
        <span className="truncate text-text-3">
          booked: {task.bookings.map((booking) => booking.resource_name).join(", ")}
        </span>
      ) : null}
    </div>
  );
}

function DoneBy({ task: { row } }: { task: EventTask }) {
  const format = useFormat();
  return (
    <span className="grid py-1 text-text-3">
      {row.completed_at ? (
        <>
          <time dateTime={row.completed_at}>{format.moment(row.completed_at)}</time>
          <span className="truncate" title={row.completed_by_name ?? undefined}>
            {row.completed_by_name ? `by ${row.completed_by_name}` : null}
          </span>
        </>
      ) : (
        "completed"
      )}
    </span>
  );
}
