import { Link, useNavigate } from "@tanstack/react-router";
import { FileUp, Plus, Users } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { Button } from "@/components/Button";
import { Input } from "@/components/Field";
import type { Format } from "@/components/format";
import { Page } from "@/components/Page";
import { Empty, Failed, Loading } from "@/components/States";
import { useFormat, useReadOnly, useSession } from "@/components/session";
import { useDebounced } from "@/components/use-debounced";
import { useWindow } from "@/components/use-window";
import { type Column, WindowedTable } from "@/components/WindowedTable";
import type { ClientRow, ClientSort } from "@/ipc/types";
import { clientWindow } from "./queries";

const grid = "grid-cols-[minmax(180px,2fr)_minmax(120px,1fr)_minmax(150px,1.2fr)_72px_120px_120px]";

function columnsFor(format: Format): Column<ClientRow, ClientSort["by"]>[] {
  return [
    {
      id: "name",
      header: "Client",
      by: "company_name",
      className: "font-medium",
      cell: (row) => (
        <Link
          to="/clients/$clientId"
          params={{ clientId: row.id }}
          tabIndex={-1}
          title={row.company_name}
          onClick={(event) => event.stopPropagation()}
          className="hover:underline"
        >
          <bdi>{row.company_name}</bdi>
        </Link>
      ),
    },
    {
      id: "contact",
      header: "Contact",
      className: "text-text-2",
      cell: (row) => <bdi>{row.contact_name}</bdi>,
    },
    {
      id: "reach",
      header: "Phone or e-mail",
      className: "text-text-2",
      cell: (row) => <span title={row.email ?? undefined}>{row.phone ?? row.email}</span>,
    },
    {
      id: "events",
      header: "Events",
      by: "events",
      className: "text-right",
      cell: (row) => format.number(row.events),
    },
    {
      id: "next",
      header: "Next event",
      by: "next_event_at",
      cell: (row) => (row.next_event_at ? format.day(row.next_event_at) : null),
    },
    {
      id: "last",
      header: "Last event",
      className: "text-text-3",
      cell: (row) => (row.last_event_at ? format.day(row.last_event_at) : null),
    },
  ];
}

/** Everyone the office caters for. */
export function ClientListScreen({ text }: { text: string }) {
  const navigate = useNavigate();
  const format = useFormat();
  const [sort, setSort] = useState<ClientSort>({ by: "company_name", descending: false });
  const [typed, setTyped] = useState(text);
  const settled = useDebounced(typed.trim(), 120);
  useEffect(() => {
    if (settled !== text) {
      void navigate({
        to: "/clients",
        search: { text: settled === "" ? undefined : settled },
        replace: true,
      });
    }
  }, [settled, text, navigate]);
  const columns = useMemo(() => columnsFor(format), [format]);
  const list = useWindow(clientWindow(text, sort));
  return (
    <Page title="Clients" actions={<NewClient />}>
      <search aria-label="Filter clients" className="border-b border-line px-5 py-2">
        <Input
          type="search"
          aria-label="Search clients by text"
          placeholder="Name, contact, e-mail, phone…"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          className="h-8 w-72"
        />
      </search>
      {list.error ? (
        <Failed error={list.error} onRetry={list.retry} />
      ) : list.loading ? (
        <Loading label="Reading clients…" />
      ) : list.total === 0 ? (
        <NoClients searched={text !== ""} onClear={() => setTyped("")} />
      ) : (
        <>
          <WindowedTable
            label="Clients"
            list={list}
            columns={columns}
            grid={grid}
            sort={sort}
            onSort={setSort}
            onOpen={(row) => void navigate({ to: "/clients/$clientId", params: { clientId: row.id } })}
          />
          <div
            role="status"
            aria-label="Count"
            className="border-t border-line px-5 py-1.5 text-sm text-text-3"
          >
            {format.number(list.total)} {list.total === 1 ? "client" : "clients"}
          </div>
        </>
      )}
    </Page>
  );
}

function NewClient() {
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const { permissions } = useSession();
  const reason =
    readOnly ??
    (permissions.includes("clients.create") ? null : "You may not create clients in this organization.");
  return (
    <Button kind="primary" reason={reason} onClick={() => void navigate({ to: "/clients/new" })}>
      <Plus size={15} aria-hidden="true" />
      New client
    </Button>
  );
}

function NoClients({ searched, onClear }: { searched: boolean; onClear: () => void }) {
  const navigate = useNavigate();
  if (searched) {
    return (
      <Empty
        icon={Users}
        title="No client fits."
        action={<Button onClick={onClear}>Clear the search</Button>}
      />
    );
  }
  return (
    <Empty
      icon={Users}
      title="Your clients will be here."
      action={
        <>
          <NewClient />
          <Button onClick={() => void navigate({ to: "/import" })}>
            <FileUp size={15} aria-hidden="true" />
            Import your books
          </Button>
        </>
      }
    >
      Companies and people you cater for, with how to reach them and every event they had with you.
    </Empty>
  );
}
