import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FileUp, Sun } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/components/Button";
import { Page } from "@/components/Page";
import { PrintButton } from "@/components/PrintButton";
import { PrintedBy } from "@/components/PrintedBy";
import { Empty, Failed, Loading } from "@/components/States";
import { useFormat, useReadOnly, useSync } from "@/components/session";
import { useTaskActions, useTaskReasons } from "@/components/tasks/actions";
import { stepOfKey } from "@/components/tasks/words";
import { useItemKeys } from "@/components/use-item-keys";
import { useSteadyScroll } from "@/components/use-steady-scroll";
import { wallTime } from "@/components/wall-time";
import type { TaskRow, TaskStatus, Today } from "@/ipc/types";
import { Clashes } from "./Clashes";
import { MyDay } from "./MyDay";
import { People } from "./People";
import { todayQuery } from "./queries";
import { TaskRows } from "./TaskRows";
import { Week } from "./Week";

/** What needs somebody now: clashes, late and due tasks, this week, who is free. */
export function TodayScreen() {
  const format = useFormat();
  const today = useQuery(todayQuery);
  if (today.error) {
    return (
      <Page title="Today">
        <Failed error={today.error} onRetry={() => void today.refetch()} />
      </Page>
    );
  }
  if (!today.data) {
    return <Loading label="Reading today…" />;
  }
  const { data } = today;
  return (
    <Page title={format.longDay(data.date)} after={<Summary today={data} />} actions={<PrintButton />}>
      <Sections today={data} />
    </Page>
  );
}

function Summary({ today }: { today: Today }) {
  const format = useFormat();
  const sync = useSync();
  const events = today.events.filter(
    ({ row }) =>
      wallTime(row.starts_at, row.time_zone).slice(0, 10) <= today.date &&
      wallTime(row.ends_at, row.time_zone).slice(0, 10) >= today.date,
  ).length;
  const words = [
    today.scope === "mine" ? "your work" : null,
    events === 1 ? "1 event today" : `${events === 0 ? "no" : format.number(events)} events today`,
    today.busy_total > 0
      ? `${format.number(today.busy_total)} ${today.busy_total === 1 ? "person" : "people"} busy now`
      : null,
    sync?.state === "offline" && sync.as_of ? `as of ${format.asOf(sync.as_of)}` : null,
  ];
  return (
    <span className="min-w-0 truncate text-text-2">{words.filter((word) => word !== null).join(" · ")}</span>
  );
}

function Sections({ today }: { today: Today }) {
  const list = useRef<HTMLDivElement>(null);
  const readOnly = useReadOnly();
  const reasons = useTaskReasons();
  const { move } = useTaskActions();
  const moving = move.isPending ? (move.variables.moves[0]?.task_id ?? null) : null;
  const go = (row: TaskRow, to: TaskStatus) => {
    if (!readOnly && moving !== row.id) {
      move.mutate({ moves: [{ task_id: row.id, to }] });
    }
  };
  useItemKeys(list, (key, id) => {
    const row = [...today.tasks_overdue, ...today.tasks_due].find((one) => one.id === id);
    const to = row ? stepOfKey(key, row.status) : null;
    if (row && to && reasons.move(row) === null) {
      go(row, to);
      return true;
    }
    return false;
  });
  useSteadyScroll(list);
  const quiet =
    today.clashes_total === 0 &&
    today.tasks_overdue_total === 0 &&
    today.tasks_due_total === 0 &&
    today.events.length === 0 &&
    today.my_day.length === 0;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <PrintedBy />
      <div
        ref={list}
        className="grid max-w-[1400px] grid-cols-[minmax(0,1fr)_minmax(320px,400px)] gap-8 px-5 pb-8 print:block print:px-0"
      >
        <div className="min-w-0">
          {quiet ? (
            <Quiet isNew={today.free_total + today.busy_total === 0} />
          ) : (
            <>
              <Clashes clashes={today.clashes} total={today.clashes_total} />
              <TaskRows
                title="Overdue"
                tone="late"
                rows={today.tasks_overdue}
                total={today.tasks_overdue_total}
                all={{ tab: "overdue" }}
                moving={moving}
                onMove={go}
              />
              <TaskRows
                title="Due by this time tomorrow"
                tone="calm"
                rows={today.tasks_due}
                total={today.tasks_due_total}
                all={{ tab: "all" }}
                empty="Nothing is due by this time tomorrow."
                moving={moving}
                onMove={go}
              />
              <Keys />
            </>
          )}
        </div>
        <div className="min-w-0">
          <MyDay bookings={today.my_day} date={today.date} mine={today.scope === "mine"} />
          <Week events={today.events} date={today.date} />
          <People today={today} />
        </div>
      </div>
    </div>
  );
}

/** Nothing to do; an office without a staff has only just begun. */
function Quiet({ isNew }: { isNew: boolean }) {
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const steps = (
    <>
      <Button kind="primary" reason={readOnly} onClick={() => void navigate({ to: "/import" })}>
        <FileUp size={15} aria-hidden="true" />
        Import your books
      </Button>
      <Button reason={readOnly} onClick={() => void navigate({ to: "/events/new", search: {} })}>
        New event
      </Button>
    </>
  );
  return (
    <Empty
      icon={Sun}
      title={isNew ? "Your day will be here." : "Nothing needs you now."}
      className="py-20"
      {...(isNew ? { action: steps } : {})}
    >
      Double bookings, late tasks and what is due in the next day will be here, each with what can be done
      about it.
    </Empty>
  );
}

function Keys() {
  return (
    <p aria-hidden="true" className="flex flex-wrap gap-x-3 pt-6 text-sm text-text-3 print:hidden">
      {[
        ["J K", "move"],
        ["S", "start"],
        ["C", "complete"],
        ["Enter", "open"],
      ].map(([key, word]) => (
        <span key={key}>
          <kbd className="font-sans">{key}</kbd> {word}
        </span>
      ))}
    </p>
  );
}
