import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { CalendarDays, Columns3, FileUp, Plus, Rows3 } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { Button } from "@/components/Button";
import { Page } from "@/components/Page";
import { Empty, Loading } from "@/components/States";
import { useFormat, useReadOnly, useSession } from "@/components/session";
import { EventTable } from "./EventTable";
import { Filters } from "./Filters";
import { afterPress, type EventsSearch, isFiltered, toFilter, toSort } from "./search-params";

const EventBoard = lazy(async () => ({ default: (await import("./EventBoard")).EventBoard }));

const route = getRouteApi("/events");

/** All events: as a table, or as a board by status. */
export function EventListScreen() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const { zone } = useFormat();
  const filter = useMemo(() => toFilter(search, zone), [search, zone]);
  const sort = useMemo(() => toSort(search), [search]);
  const change = (patch: Partial<EventsSearch>) =>
    void navigate({ to: "/events", search: { ...search, ...patch }, replace: true });
  const empty = <NoEvents filtered={isFiltered(search)} onClear={() => change(cleared)} />;
  return (
    <Page title="Events" actions={<NewEvent />}>
      <div className="flex items-start gap-3 border-b border-line px-5 py-2">
        <fieldset className="flex shrink-0 rounded-md border border-line p-px">
          <legend className="sr-only">View</legend>
          <ViewButton word="Table" on={search.view !== "board"} onClick={() => change({ view: undefined })}>
            <Rows3 size={14} aria-hidden="true" />
          </ViewButton>
          <ViewButton word="Board" on={search.view === "board"} onClick={() => change({ view: "board" })}>
            <Columns3 size={14} aria-hidden="true" />
          </ViewButton>
        </fieldset>
        <Filters search={search} onChange={change} />
      </div>
      {search.view === "board" ? (
        <Suspense fallback={<Loading />}>
          <EventBoard
            filter={filter}
            empty={empty}
            onShowAll={(status) => change({ view: undefined, status: [status] })}
          />
        </Suspense>
      ) : (
        <EventTable
          filter={filter}
          sort={sort}
          empty={empty}
          onSort={(next) => change(afterPress(sort, next))}
        />
      )}
    </Page>
  );
}

const cleared: Partial<EventsSearch> = {
  text: undefined,
  status: undefined,
  from: undefined,
  until: undefined,
  client: undefined,
  type: undefined,
  archived: undefined,
};

function ViewButton(props: { word: string; on: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <Button
      kind="ghost"
      size="small"
      aria-pressed={props.on}
      onClick={props.onClick}
      className={props.on ? "bg-hover text-text" : undefined}
    >
      {props.children}
      {props.word}
    </Button>
  );
}

/** Why this person may not create events, or null. */
function useMayCreate(): string | null {
  const readOnly = useReadOnly();
  const { permissions } = useSession();
  return (
    readOnly ??
    (permissions.includes("events.create") ? null : "You may not create events in this organization.")
  );
}

function NewEvent() {
  const navigate = useNavigate();
  const reason = useMayCreate();
  return (
    <Button
      kind="primary"
      reason={reason}
      tip="N"
      aria-keyshortcuts="n"
      onClick={() => void navigate({ to: "/events/new" })}
    >
      <Plus size={15} aria-hidden="true" />
      New event
    </Button>
  );
}

function NoEvents({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const navigate = useNavigate();
  if (filtered) {
    return (
      <Empty
        icon={CalendarDays}
        title="No event fits these filters."
        action={<Button onClick={onClear}>Show all events</Button>}
      />
    );
  }
  return (
    <Empty
      icon={CalendarDays}
      title="Your events will be here."
      action={
        <>
          <NewEvent />
          <Button onClick={() => void navigate({ to: "/import" })}>
            <FileUp size={15} aria-hidden="true" />
            Import your books
          </Button>
        </>
      }
    >
      From the first inquiry to the archive, each with its client, its date and where it stands. Start with
      one, or bring the spreadsheets you have.
    </Empty>
  );
}
