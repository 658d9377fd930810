import { Link } from "@tanstack/react-router";
import { ProgressBar } from "@/components/ProgressBar";
import { StatusChip } from "@/components/StatusMark";
import { useFormat } from "@/components/session";
import { wallTime } from "@/components/wall-time";
import type { TodayEvent } from "@/ipc/types";
import { more, Section } from "./Section";

/** The events from today to the end of the week, and how far each one is. */
export function Week({ events, date }: { events: TodayEvent[]; date: string }) {
  const format = useFormat();
  return (
    <Section
      title="This week"
      count={events.length > 0 ? format.number(events.length) : null}
      more={
        <Link to="/events" search={{ from: date }} className={more}>
          All events
        </Link>
      }
    >
      {events.length === 0 ? (
        <p className="text-text-3">No event until the end of the week.</p>
      ) : (
        <ul aria-label="Events this week" className="grid gap-2">
          {events.map((event) => (
            <Card key={event.row.id} event={event} date={date} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Card({ event, date }: { event: TodayEvent; date: string }) {
  const format = useFormat();
  const { row, tasks_total, tasks_open, tasks_overdue, clashes } = event;
  const today = wallTime(row.starts_at, row.time_zone).slice(0, 10) === date;
  const when = today
    ? `${format.time(row.starts_at, row.time_zone)}–${format.time(row.ends_at, row.time_zone)}`
    : format.span(row.starts_at, row.ends_at, row.time_zone);
  const zone = format.zoneNote(row.starts_at, row.time_zone);
  const facts = [
    `${today ? "Today " : ""}${when}${zone ? ` ${zone}` : ""}`,
    row.location,
    row.estimated_attendees === null ? null : `${format.number(row.estimated_attendees)} guests`,
  ].filter(Boolean);
  const trouble = [
    clashes > 0 ? (clashes === 1 ? "1 clash" : `${format.number(clashes)} clashes`) : null,
    tasks_overdue > 0 ? `${format.number(tasks_overdue)} overdue` : null,
  ].filter(Boolean);
  return (
    <li data-item={row.id} className="break-inside-avoid">
      <Link
        to="/events/$eventId"
        params={{ eventId: row.id }}
        search={clashes > 0 ? { tab: "staff" } : { tab: "tasks" }}
        data-item-focus=""
        className="grid gap-0.5 rounded-lg border border-line bg-raised px-2.5 py-2 hover:border-edge"
      >
        <span className="flex items-center gap-2">
          <span className="min-w-0 flex-1 truncate font-semibold" title={row.name}>
            <bdi>{row.name}</bdi>
          </span>
          <StatusChip status={row.status} />
        </span>
        <span className="truncate text-text-2" title={facts.join(" · ")}>
          {facts.join(" · ")}
        </span>
        {tasks_total > 0 ? (
          <ProgressBar
            done={tasks_total - tasks_open}
            of={tasks_total}
            label={`Tasks of ${row.name} that are done`}
          />
        ) : null}
        <span className="flex gap-2 text-sm text-text-3">
          {tasks_total > 0
            ? `${format.number(tasks_total - tasks_open)} of ${format.number(tasks_total)} tasks done`
            : "no tasks yet"}
          {trouble.length > 0 ? (
            <span className="ml-auto font-medium text-danger">{trouble.join(" · ")}</span>
          ) : null}
        </span>
      </Link>
    </li>
  );
}
