import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { ArrowLeft, ChevronLeft, ChevronRight } from "lucide-react";
import { Button } from "@/components/Button";
import { useMinute } from "@/components/now";
import { Page } from "@/components/Page";
import { Paper, PaperHeading, PaperTable, TickBox } from "@/components/Paper";
import { PrintButton } from "@/components/PrintButton";
import { Failed, Loading } from "@/components/States";
import { bookingTitle } from "@/components/schedule/words";
import { useFormat } from "@/components/session";
import { dueWords } from "@/components/tasks/due";
import { dateOf, dayOf } from "@/components/wall-time";
import type { PersonDay } from "@/ipc/types";
import { personDayQuery } from "./queries";

/** The day that many days on from `day`. */
function daysOn(day: string, days: number): string {
  const at = dateOf(day);
  return dayOf(new Date(at.getFullYear(), at.getMonth(), at.getDate() + days));
}

/** One person's day on paper: where to be when, and what to do. */
export function PersonDayScreen({ resourceId, date }: { resourceId: string; date: string }) {
  const format = useFormat();
  const navigate = useNavigate();
  const router = useRouter();
  const day = useQuery(personDayQuery(resourceId, date));
  const go = (days: number) =>
    void navigate({
      to: "/resources/$resourceId/day/$date",
      params: { resourceId, date: daysOn(date, days) },
      replace: true,
    });
  return (
    <Page
      title={<span className="print:hidden">{day.data ? `${day.data.resource.name}'s day` : "A day"}</span>}
      after={
        <span className="flex items-center gap-1 print:hidden">
          <Button kind="ghost" size="icon" aria-label="The day before" onClick={() => go(-1)}>
            <ChevronLeft size={16} aria-hidden="true" />
          </Button>
          <span className="min-w-44 text-center">{format.longDay(date)}</span>
          <Button kind="ghost" size="icon" aria-label="The day after" onClick={() => go(1)}>
            <ChevronRight size={16} aria-hidden="true" />
          </Button>
        </span>
      }
      actions={
        <>
          <Button onClick={() => router.history.back()}>
            <ArrowLeft size={14} aria-hidden="true" />
            Back
          </Button>
          {day.data ? <PrintButton kind="primary" /> : null}
        </>
      }
    >
      {day.error ? (
        <Failed error={day.error} onRetry={() => void day.refetch()} />
      ) : day.data ? (
        <Paper label={`${day.data.resource.name}, ${format.longDay(date)}`}>
          <p className="pt-2 text-sm text-text-2">{day.data.resource.role}</p>
          <h2 className="text-xl font-semibold break-words">
            <bdi>{day.data.resource.name}</bdi>
          </h2>
          <p>{format.longDay(date)}</p>
          <Places day={day.data} />
          <Doing day={day.data} />
        </Paper>
      ) : (
        <Loading label="Reading the day…" />
      )}
    </Page>
  );
}

function Places({ day }: { day: PersonDay }) {
  const format = useFormat();
  return (
    <>
      <PaperHeading>Where to be</PaperHeading>
      {day.bookings.length === 0 ? (
        <p className="text-text-2">Not booked on this day.</p>
      ) : (
        <PaperTable
          label="Where to be"
          columns={[{ word: "When", width: "215px" }, { word: "What" }, { word: "Where", width: "190px" }]}
        >
          {day.bookings.map(({ booking, event_location }) => {
            const zone = format.zoneNote(booking.starts_at, booking.time_zone);
            return (
              <tr key={booking.id}>
                <td>
                  {format.span(booking.starts_at, booking.ends_at, booking.time_zone)}
                  {zone ? ` (${zone})` : ""}
                </td>
                <td>
                  <b className="font-semibold">
                    <bdi>{bookingTitle(booking)}</bdi>
                  </b>
                  {booking.task_title ? <span className="block">{booking.task_title}</span> : null}
                  {booking.kind === "assignment" && booking.note ? (
                    <span className="block text-text-2">{booking.note}</span>
                  ) : null}
                </td>
                <td>{event_location}</td>
              </tr>
            );
          })}
        </PaperTable>
      )}
    </>
  );
}

function Doing({ day }: { day: PersonDay }) {
  const format = useFormat();
  const now = useMinute();
  return (
    <>
      <PaperHeading>What to do</PaperHeading>
      {day.tasks.length === 0 ? (
        <p className="text-text-2">No tasks for this day.</p>
      ) : (
        <PaperTable
          label="What to do"
          columns={[
            { word: "Done", width: "26px", hidden: true },
            { word: "Task" },
            { word: "Event", width: "190px" },
            { word: "Due", width: "164px" },
          ]}
        >
          {day.tasks.map((task) => {
            const due = dueWords(task, format, now);
            return (
              <tr key={task.id}>
                <td>
                  <TickBox done={task.status === "completed"} />
                </td>
                <td>
                  <b className="font-semibold">
                    <bdi>{task.title}</bdi>
                  </b>
                </td>
                <td>
                  <bdi>{task.event_name}</bdi>
                </td>
                <td>
                  {due?.absolute}
                  {due?.zone ? ` ${due.zone}` : ""}
                  {due?.tone === "late" ? <b className="block font-semibold">{due.relative}</b> : null}
                </td>
              </tr>
            );
          })}
        </PaperTable>
      )}
    </>
  );
}
