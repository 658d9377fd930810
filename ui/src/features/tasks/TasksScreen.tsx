import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ListChecks, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { Button } from "@/components/Button";
import { eventOption } from "@/components/EventPicker";
import { eventPageQuery } from "@/components/event-page";
import { Page } from "@/components/Page";
import { Empty } from "@/components/States";
import { useFormat, useSession } from "@/components/session";
import { Tabs } from "@/components/Tabs";
import { useTaskReasons } from "@/components/tasks/actions";
import { taskCountsQuery } from "@/components/tasks/queries";
import { usePressed } from "@/components/use-pressed";
import { NewTaskDialog } from "./NewTaskDialog";
import { cleared, isFiltered, type TasksSearch, type TaskTab, toFilter, toSort } from "./search-params";
import { TaskFilters } from "./TaskFilters";
import { TaskList } from "./TaskList";

type Props = { search: TasksSearch };

/** All tasks of all events: mine, everybody's, the late ones, or event by event. */
export function TasksScreen({ search }: Props) {
  const navigate = useNavigate();
  const format = useFormat();
  const { role } = useSession();
  const counts = useQuery(taskCountsQuery).data;
  const tab = search.tab ?? (role === "staff" ? "mine" : "all");
  const change = (patch: Partial<TasksSearch>) =>
    void navigate({ to: "/tasks", search: { ...search, ...patch }, replace: true });
  const filter = useMemo(() => toFilter(search, tab), [search, tab]);
  const sort = useMemo(() => toSort(search, tab), [search, tab]);
  const counted = (word: string, count: number | undefined) =>
    count ? `${word} ${format.number(count)}` : word;
  const content = (
    <>
      <TaskFilters search={search} tab={tab} onChange={change} />
      <TaskList
        key={tab}
        filter={filter}
        sort={sort}
        byEvent={tab === "events"}
        onSort={(next) => change({ sort: next.by, desc: next.descending })}
        empty={
          <NoTasks
            tab={tab}
            filtered={isFiltered(search)}
            onClear={() => change(cleared)}
            onAll={() => change({ ...cleared, tab: "all" })}
          />
        }
      />
    </>
  );
  return (
    <Page
      title="Tasks"
      actions={
        <NewTask
          key={String(search.new)}
          asked={search.new === true}
          eventId={search.event ?? null}
          onClose={() => {
            if (search.new) {
              change({ new: undefined });
            }
          }}
        />
      }
    >
      <Tabs
        fill
        value={tab}
        onChange={(next) => change({ tab: next, sort: undefined, desc: undefined })}
        tabs={[
          { id: "mine" as const, word: counted("Mine", counts?.mine_open), content },
          { id: "all" as const, word: counted("All", counts?.all_open), content },
          { id: "overdue" as const, word: counted("Overdue", counts?.all_overdue), content },
          { id: "events" as const, word: "By event", content },
        ]}
      />
    </Page>
  );
}

/** Asks for the event first; the one that the list is narrowed to is offered. */
function NewTask(props: { asked: boolean; eventId: string | null; onClose: () => void }) {
  const { eventId } = props;
  const [asking, setAsking] = useState(props.asked);
  const format = useFormat();
  const { create: reason } = useTaskReasons();
  const event = useQuery({ ...eventPageQuery(eventId ?? ""), enabled: eventId !== null }).data;
  usePressed("t", () => {
    if (!reason) {
      setAsking(true);
    }
  });
  return (
    <>
      <Button kind="primary" reason={reason} tip="T" aria-keyshortcuts="t" onClick={() => setAsking(true)}>
        <Plus size={15} aria-hidden="true" />
        New task
      </Button>
      {asking ? (
        <NewTaskDialog
          event={event ? eventOption(event.row, format) : null}
          onClose={() => {
            setAsking(false);
            props.onClose();
          }}
        />
      ) : null}
    </>
  );
}

type NoTasksProps = { tab: TaskTab; filtered: boolean; onClear: () => void; onAll: () => void };

function NoTasks({ tab, filtered, onClear, onAll }: NoTasksProps) {
  if (filtered) {
    return (
      <Empty
        icon={ListChecks}
        title="No task fits these filters."
        action={<Button onClick={onClear}>Clear the filters</Button>}
      />
    );
  }
  if (tab === "mine") {
    return (
      <Empty
        icon={ListChecks}
        title="Nothing waits for you."
        action={<Button onClick={onAll}>Show everybody's tasks</Button>}
      >
        Tasks that are assigned to you, or that you are booked on, will be here.
      </Empty>
    );
  }
  if (tab === "overdue") {
    return (
      <Empty icon={ListChecks} title="Nothing is late.">
        Tasks come here in the minute after they were due.
      </Empty>
    );
  }
  return (
    <Empty icon={ListChecks} title="No task is open.">
      What has to be done before, during and after your events will be here: press T for a new task, or open
      an event and plan it there.
    </Empty>
  );
}
