import { Link } from "@tanstack/react-router";
import { ArrowRight, Ban } from "lucide-react";
import type { ReactNode } from "react";
import { StatusChip } from "@/components/StatusMark";
import { useFormat } from "@/components/session";
import type { EventPage } from "@/ipc/types";

/** Notes and client on one side, how it came to stand where it does on the other. */
export function Overview({ page }: { page: EventPage }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(280px,400px)] gap-8 pb-8">
      <div>
        {page.row.status === "cancelled" ? <Cancelled page={page} /> : null}
        <Heading>Notes</Heading>
        {page.notes ? (
          <p className="max-w-2xl break-words whitespace-pre-wrap text-text-2">{page.notes}</p>
        ) : (
          <p className="text-text-3">No notes. Access, allergies, who to call: write them down with Edit.</p>
        )}
        <Heading>Client</Heading>
        <ClientCard page={page} />
      </div>
      <div>
        <Heading>Status history</Heading>
        <StatusHistory page={page} />
        <Heading>Record</Heading>
        <Record page={page} />
      </div>
    </div>
  );
}

function Heading({ children }: { children: ReactNode }) {
  return <h2 className="pt-4 pb-1.5 text-sm font-semibold text-text-2">{children}</h2>;
}

function Cancelled({ page }: { page: EventPage }) {
  const format = useFormat();
  return (
    <div className="mt-4 flex gap-2 rounded-lg bg-danger-soft px-3 py-2">
      <Ban size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-danger" />
      <p className="break-words">
        <b className="font-semibold">Cancelled: </b>
        {page.cancel_reason}
        <span className="block text-sm text-text-2">
          {page.cancelled_by_name ?? "Cloche"}
          {page.cancelled_at ? `, ${format.moment(page.cancelled_at)}` : ""}
        </span>
      </p>
    </div>
  );
}

function ClientCard({ page }: { page: EventPage }) {
  const { client, row } = page;
  if (!client) {
    return <p className="text-text-3">{row.client_name}</p>;
  }
  return (
    <div className="grid max-w-md gap-0.5 rounded-lg border border-line bg-raised px-3 py-2">
      <Link
        to="/clients/$clientId"
        params={{ clientId: client.id }}
        title={client.company_name}
        className="truncate font-semibold hover:underline"
      >
        <bdi>{client.company_name}</bdi>
      </Link>
      <span data-selectable className="break-words text-text-2">
        {[client.contact_name, client.phone, client.email].filter(Boolean).join(" · ") || "No contact yet"}
      </span>
      <span className="text-text-3">{client.events === 1 ? "1 event" : `${client.events} events`}</span>
    </div>
  );
}

/** Latest first: what one wants to know is how it came to stand where it stands. */
function StatusHistory({ page }: { page: EventPage }) {
  const format = useFormat();
  const entries = page.status_history
    .map((change, index) => ({ change, key: `${change.changed_at}/${index}` }))
    .reverse();
  if (entries.length === 0) {
    return <p className="text-text-3">Not recorded yet.</p>;
  }
  return (
    <ol aria-label="Status history" className="grid gap-2.5">
      {entries.map(({ change, key }) => (
        <li key={key} className="grid gap-0.5">
          <span className="flex flex-wrap items-center gap-1.5">
            {change.old_status ? (
              <>
                <StatusChip status={change.old_status} className="opacity-75" />
                <ArrowRight size={12} aria-label="to" className="text-text-3" />
              </>
            ) : null}
            <StatusChip status={change.new_status} />
            {change.imported ? (
              <span className="rounded-[5px] bg-hover px-1.5 text-sm text-text-2">imported</span>
            ) : null}
          </span>
          <span className="text-sm text-text-3">
            {change.changed_by_name ?? "Cloche"},{" "}
            <time dateTime={change.changed_at}>{format.moment(change.changed_at)}</time>
          </span>
        </li>
      ))}
    </ol>
  );
}

function Record({ page }: { page: EventPage }) {
  const format = useFormat();
  const lines = [
    page.created_at ? { word: "Created", by: page.created_by_name, at: page.created_at } : null,
    page.archived_at ? { word: "Archived", by: page.archived_by_name, at: page.archived_at } : null,
  ].filter((line) => line !== null);
  return (
    <ul className="grid gap-0.5 text-text-2">
      {lines.map((line) => (
        <li key={line.word}>
          {line.word} {line.by ? `by ${line.by}, ` : ""}
          <time dateTime={line.at}>{format.moment(line.at)}</time>
        </li>
      ))}
    </ul>
  );
}
