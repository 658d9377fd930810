import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { Button } from "@/components/Button";
import { useMinute } from "@/components/now";
import { Page } from "@/components/Page";
import { Paper, PaperHeading, PaperTable, TickBox } from "@/components/Paper";
import { PrintButton } from "@/components/PrintButton";
import { Failed, Loading } from "@/components/States";
import { typeWord } from "@/components/schedule/words";
import { useFormat } from "@/components/session";
import { statusWord } from "@/components/statuses";
import { dueWords } from "@/components/tasks/due";
import { categoryWord, taskCategories, taskStatusWord } from "@/components/tasks/words";
import { zoneName } from "@/components/zones";
import type { BookingRow, EventSheet, EventTask } from "@/ipc/types";
import { eventSheetQuery } from "./queries";

/** An event on paper: its facts, whom to call, what to do, and who and what is there. */
export function EventSheetScreen({ eventId }: { eventId: string }) {
  const navigate = useNavigate();
  const sheet = useQuery(eventSheetQuery(eventId));
  const name = sheet.data?.page.row.name;
  return (
    <Page
      title={<span className="print:hidden">{name ? `${name}, on paper` : "Event sheet"}</span>}
      actions={
        <>
          <Button
            onClick={() => void navigate({ to: "/events/$eventId", params: { eventId }, replace: true })}
          >
            <ArrowLeft size={14} aria-hidden="true" />
            Back to the event
          </Button>
          {sheet.data ? <PrintButton kind="primary" /> : null}
        </>
      }
    >
      {sheet.error ? (
        <Failed error={sheet.error} onRetry={() => void sheet.refetch()} />
      ) : sheet.data ? (
        <Paper label={`Sheet of ${sheet.data.page.row.name}`}>
          <Facts page={sheet.data.page} />
          <Tasks tasks={sheet.data.tasks} zone={sheet.data.page.row.time_zone} />
          <Staff bookings={sheet.data.bookings} zone={sheet.data.page.row.time_zone} />
        </Paper>
      ) : (
        <Loading label="Reading the event…" />
      )}
    </Page>
  );
}

function Facts({ page }: { page: EventSheet["page"] }) {
  const format = useFormat();
  const { row, client, notes } = page;
  const zone = format.zoneNote(row.starts_at, row.time_zone) ? ` (${zoneName(row.time_zone)} time)` : "";
  const contact = [client?.contact_name, client?.phone, client?.email].filter(Boolean).join(" · ");
  return (
    <>
      <p className="pt-2 text-sm text-text-2">
        {row.event_type} · {statusWord(row.status)}
      </p>
      <h2 className="text-xl font-semibold break-words">
        <bdi>{row.name}</bdi>
      </h2>
      <dl className="mt-3 grid grid-cols-[110px_minmax(0,1fr)] gap-x-4 gap-y-1">
        <Fact word="When">
          <b className="font-semibold">{format.span(row.starts_at, row.ends_at, row.time_zone)}</b>
          {zone}
        </Fact>
        <Fact word="Where">{row.location}</Fact>
        <Fact word="Headcount">
          {row.estimated_attendees === null ? null : `${format.number(row.estimated_attendees)} estimated`}
        </Fact>
        <Fact word="Client">
          <b className="font-semibold">
            <bdi>{row.client_name}</bdi>
          </b>
        </Fact>
        <Fact word="Contact">{contact || null}</Fact>
      </dl>
      {notes ? (
        <>
          <PaperHeading>Notes</PaperHeading>
          <p className="break-words whitespace-pre-wrap">{notes}</p>
        </>
      ) : null}
    </>
  );
}

function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-2">{word}</dt>
      <dd className="break-words">{children ?? <span className="text-text-3">not known yet</span>}</dd>
    </>
  );
}

function Tasks({ tasks, zone }: { tasks: EventTask[]; zone: string }) {
  return (
    <>
      <PaperHeading>Tasks</PaperHeading>
      {tasks.length === 0 ? <p className="text-text-2">No tasks are planned.</p> : null}
      {taskCategories.map((category) => {
        const own = tasks.filter((task) => task.row.category === category);
        return own.length === 0 ? null : (
          <Fragment key={category}>
            <h3 className="mt-3 text-sm font-semibold text-text-2">{categoryWord(category)}</h3>
            <PaperTable
              label={`Tasks ${categoryWord(category).toLowerCase()}`}
              columns={[
                { word: "Done", width: "26px", hidden: true },
                { word: "Task" },
                { word: "Who", width: "140px" },
                { word: "Due", width: "164px" },
              ]}
            >
              {own.map((task) => (
                <TaskLine key={task.row.id} task={task} zone={zone} />
              ))}
            </PaperTable>
          </Fragment>
        );
      })}
    </>
  );
}

function TaskLine({ task, zone }: { task: EventTask; zone: string }) {
  const format = useFormat();
  const { row, description, prerequisites } = task;
  const due = dueWords({ ...row, time_zone: zone }, format, useMinute());
  const open = prerequisites.filter((other) => other.status !== "completed");
  return (
    <tr>
      <td>
        <TickBox done={row.status === "completed"} />
      </td>
      <td>
        <b className="font-semibold">
          <bdi>{row.title}</bdi>
        </b>
        {row.status === "in_progress" ? (
          <span className="text-text-2"> · {taskStatusWord(row.status).toLowerCase()}</span>
        ) : null}
        {description ? <span className="block whitespace-pre-wrap text-text-2">{description}</span> : null}
        {open.length > 0 ? (
          <span className="block text-text-2">after {open.map((other) => other.title).join(", ")}</span>
        ) : null}
      </td>
      <td>{row.assigned_to_name}</td>
      <td>
        {due?.absolute}
        {due?.tone === "late" ? <b className="block font-semibold">{due.relative}</b> : null}
      </td>
    </tr>
  );
}

function Staff({ bookings, zone }: { bookings: BookingRow[]; zone: string }) {
  const format = useFormat();
  return (
    <>
      <PaperHeading>Staff & equipment</PaperHeading>
      {bookings.length === 0 ? (
        <p className="text-text-2">Nobody and nothing is booked.</p>
      ) : (
        <PaperTable
          label="Staff and equipment"
          columns={[
            { word: "When", width: "215px" },
            { word: "Who or what" },
            { word: "Kind", width: "80px" },
            { word: "For", width: "150px" },
          ]}
        >
          {bookings.map((booking) => (
            <tr key={booking.id}>
              <td>{format.span(booking.starts_at, booking.ends_at, zone)}</td>
              <td>
                <b className="font-semibold">
                  <bdi>{booking.resource_name}</bdi>
                </b>
                {booking.quantity > 1 ? ` × ${format.number(booking.quantity)}` : ""}
                {booking.clashes && !booking.override_reason ? (
                  <b className="block font-semibold">clashes with another booking</b>
                ) : null}
              </td>
              <td>{typeWord(booking.resource_type)}</td>
              <td>{booking.task_title ?? booking.note}</td>
            </tr>
          ))}
        </PaperTable>
      )}
    </>
  );
}
