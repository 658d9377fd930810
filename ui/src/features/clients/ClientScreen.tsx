import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { CalendarDays, Link2, Pencil, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ActivityList } from "@/components/ActivityList";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { useCopyLink } from "@/components/copy-link";
import { Dialog } from "@/components/Dialog";
import { Page } from "@/components/Page";
import { Empty, Failed, Loading, Problem } from "@/components/States";
import { StatusChip } from "@/components/StatusMark";
import { useFormat, useReadOnly } from "@/components/session";
import { Tabs } from "@/components/Tabs";
import { commands } from "@/ipc/bindings";
import type { ClientPage, May } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { clientPageQuery } from "./queries";

/** One client: how to reach them, and every event they had. */
export function ClientScreen({ clientId }: { clientId: string }) {
  const page = useQuery(clientPageQuery(clientId));
  const [tab, setTab] = useState<"events" | "activity">("events");
  if (page.error) {
    return (
      <Page title="Client">
        <Failed error={page.error} onRetry={() => void page.refetch()} />
      </Page>
    );
  }
  if (!page.data) {
    return <Loading label="Opening the client…" />;
  }
  const client = page.data;
  return (
    <Page title={client.row.company_name} actions={<Actions page={client} />}>
      <Contact page={client} />
      <Tabs
        value={tab}
        onChange={setTab}
        tabs={[
          { id: "events", word: "Events", content: <EventHistory page={client} /> },
          {
            id: "activity",
            word: "Activity",
            content: (
              <ActivityList
                kind="client"
                id={clientId}
                load={async (before_n) =>
                  unwrap(await commands.clientActivity({ client_id: clientId, before_n }))
                }
              />
            ),
          },
        ]}
      />
    </Page>
  );
}

function useReason(): (may: May) => string | null {
  const readOnly = useReadOnly();
  return (may) => readOnly ?? (may.allowed ? null : (may.reason ?? "Not possible now."));
}

function Actions({ page }: { page: ClientPage }) {
  const navigate = useNavigate();
  const reason = useReason();
  const [deleting, setDeleting] = useState(false);
  const copyLink = useCopyLink();
  const params = { clientId: page.row.id };
  return (
    <>
      <Button
        size="icon"
        aria-label="Copy link"
        tip="Copy link"
        onClick={() => void copyLink("client", page.row.id)}
      >
        <Link2 size={15} aria-hidden="true" />
      </Button>
      <Button
        size="icon"
        aria-label="Delete client"
        reason={reason(page.may.delete)}
        tip="Delete client"
        onClick={() => setDeleting(true)}
      >
        <Trash2 size={15} aria-hidden="true" />
      </Button>
      <Button
        reason={reason(page.may.edit)}
        onClick={() => void navigate({ to: "/clients/$clientId/edit", params })}
      >
        <Pencil size={14} aria-hidden="true" />
        Edit
      </Button>
      <NewEvent page={page} />
      {deleting ? <DeleteDialog page={page} onClose={() => setDeleting(false)} /> : null}
    </>
  );
}

function NewEvent({ page }: { page: ClientPage }) {
  const navigate = useNavigate();
  const reason = useReason();
  return (
    <Button
      kind="primary"
      reason={reason(page.may.create_event)}
      onClick={() => void navigate({ to: "/events/new", search: { client: page.row.id } })}
    >
      <Plus size={15} aria-hidden="true" />
      New event
    </Button>
  );
}

function DeleteDialog({ page, onClose }: { page: ClientPage; onClose: () => void }) {
  const navigate = useNavigate();
  const remove = useAction(commands.clientDelete, { ownErrors: true });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Delete this client?"
      description={
        <span className="break-words">{page.row.company_name} goes away on every desk. You can undo it.</span>
      }
      footer={
        <>
          <Button onClick={onClose}>Keep the client</Button>
          <Button
            kind="danger"
            pending={remove.isPending}
            onClick={() =>
              remove.mutate(
                { client_id: page.row.id },
                { onSuccess: () => void navigate({ to: "/clients", replace: true }) },
              )
            }
          >
            {remove.isPending ? "Deleting…" : "Delete client"}
          </Button>
        </>
      }
    >
      <Problem error={remove.error} />
    </Dialog>
  );
}

function Contact({ page }: { page: ClientPage }) {
  const { row } = page;
  return (
    <dl className="grid grid-cols-[1fr_1fr_1.2fr_1.4fr] gap-5 border-b border-line px-5 py-3">
      <Fact word="Contact">{row.contact_name}</Fact>
      <Fact word="Phone">{row.phone}</Fact>
      <Fact word="E-mail">{row.email}</Fact>
      <Fact word="Address">{page.address}</Fact>
      {page.notes ? (
        <div className="col-span-4">
          <dt className="text-sm text-text-3">Notes</dt>
          <dd className="max-h-32 max-w-3xl overflow-y-auto break-words whitespace-pre-wrap text-text-2">
            {page.notes}
          </dd>
        </div>
      ) : null}
    </dl>
  );
}

function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-text-3">{word}</dt>
      <dd className="break-words">{children || <span className="text-text-3">not known</span>}</dd>
    </div>
  );
}

function EventHistory({ page }: { page: ClientPage }) {
  const format = useFormat();
  if (page.events.length === 0) {
    return (
      <Empty icon={CalendarDays} title="No events yet." action={<NewEvent page={page} />}>
        Every event for {page.row.company_name} will be listed here, archived ones included.
      </Empty>
    );
  }
  return (
    <ul aria-label="Events of this client" className="py-2">
      {page.events.map((event) => {
        const note = format.zoneNote(event.starts_at, event.time_zone);
        return (
          <li key={event.id}>
            <Link
              to="/events/$eventId"
              params={{ eventId: event.id }}
              className="-mx-2 grid min-h-9 grid-cols-[minmax(0,1fr)_270px_110px_170px] items-center gap-3 rounded-md px-2 hover:bg-hover"
            >
              <span className="truncate font-medium" title={event.name}>
                <bdi>{event.name}</bdi>
              </span>
              <span className="truncate">
                {format.span(event.starts_at, event.ends_at, event.time_zone)}
                {note ? <span className="text-text-3"> {note}</span> : null}
              </span>
              <span className="truncate text-text-2">{event.event_type}</span>
              <span className="flex items-center gap-2">
                <StatusChip status={event.status} />
                {event.is_archived ? <span className="text-sm text-text-3">archived</span> : null}
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
