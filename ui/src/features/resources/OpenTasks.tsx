import { Link } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { Empty } from "@/components/States";
import { Due } from "@/components/tasks/Due";
import { TaskGlyph } from "@/components/tasks/TaskMark";
import { taskPlace, taskStatusWord } from "@/components/tasks/words";
import type { TaskRow } from "@/ipc/types";

const atFirst = 100;

/** What this person still has to do. */
export function OpenTasks({ resource, tasks }: { resource: { id: string; name: string }; tasks: TaskRow[] }) {
  if (tasks.length === 0) {
    return (
      <Empty icon={ListChecks} title="No open tasks.">
        Tasks that are assigned to {resource.name} will be listed here until they are completed.
      </Empty>
    );
  }
  return (
    <>
      <ul aria-label="Open tasks" className="max-w-4xl py-2">
        {tasks.slice(0, atFirst).map((task) => (
          <li
            key={task.id}
            className="-mx-2 grid min-h-9 grid-cols-[16px_minmax(0,1.2fr)_minmax(0,1fr)_minmax(0,1fr)] items-center gap-3 rounded-md px-2 hover:bg-hover"
          >
            <span role="img" aria-label={taskStatusWord(task.status)} title={taskStatusWord(task.status)}>
              <TaskGlyph status={task.status} />
            </span>
            <Link {...taskPlace(task)} title={task.title} className="truncate font-medium hover:underline">
              <bdi>{task.title}</bdi>
            </Link>
            <span className="truncate text-text-2" title={task.event_name}>
              <bdi>{task.event_name}</bdi>
            </span>
            <Due row={task} />
          </li>
        ))}
      </ul>
      {tasks.length > atFirst ? (
        <Link
          to="/tasks"
          search={{ tab: "all", who: resource.id }}
          className="hit-44 inline-block pb-4 font-medium text-accent hover:underline"
        >
          Show all of them
        </Link>
      ) : null}
    </>
  );
}
