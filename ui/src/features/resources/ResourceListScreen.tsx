import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { FileUp, Plus, Users } from "lucide-react";
import { useMemo } from "react";
import { Button } from "@/components/Button";
import { Page } from "@/components/Page";
import { Empty, Failed, Loading } from "@/components/States";
import { useFormat, useReadOnly, useSession } from "@/components/session";
import { useWindow } from "@/components/use-window";
import { WindowedTable } from "@/components/WindowedTable";
import { columnsFor, grid } from "./columns";
import { Filters } from "./Filters";
import { resourceWindow } from "./queries";
import { cleared, isFiltered, type ResourcesSearch, toFilter, toSort } from "./search-params";
import { useFreshNow } from "./use-fresh-now";

const route = getRouteApi("/resources");

/** Everybody and everything that can be booked. */
export function ResourceListScreen() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const format = useFormat();
  const filter = useMemo(() => toFilter(search, format.zone), [search, format.zone]);
  const sort = useMemo(() => toSort(search), [search]);
  useFreshNow();
  const columns = useMemo(() => columnsFor(format), [format]);
  const list = useWindow(resourceWindow(filter, sort));
  const change = (patch: Partial<ResourcesSearch>) =>
    void navigate({ to: "/resources", search: { ...search, ...patch }, replace: true });
  return (
    <Page title="Resources" actions={<NewResource />}>
      <Filters search={search} onChange={change} />
      {list.error ? (
        <Failed error={list.error} onRetry={list.retry} />
      ) : list.loading ? (
        <Loading label="Reading resources…" />
      ) : list.total === 0 ? (
        <NoResources filtered={isFiltered(search)} onClear={() => change(cleared)} />
      ) : (
        <>
          <WindowedTable
            label="Resources"
            list={list}
            columns={columns}
            grid={grid}
            sort={sort}
            onSort={(next) => change({ sort: next.by, desc: next.descending })}
            onOpen={(row) => void navigate({ to: "/resources/$resourceId", params: { resourceId: row.id } })}
            rowClass={(row) => (row.is_available ? undefined : "text-text-3")}
          />
          <div
            role="status"
            aria-label="Count"
            className="flex justify-between border-t border-line px-5 py-1.5 text-sm text-text-3"
          >
            <span>
              {format.number(list.total)} {list.total === 1 ? "resource" : "resources"}
            </span>
            <span aria-hidden="true">
              <kbd className="font-sans">J</kbd> <kbd className="font-sans">K</kbd> move ·{" "}
              <kbd className="font-sans">Enter</kbd> open
            </span>
          </div>
        </>
      )}
    </Page>
  );
}

function NewResource() {
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const { permissions } = useSession();
  const reason =
    readOnly ??
    (permissions.includes("resources.create") ? null : "You may not create resources in this organization.");
  return (
    <Button kind="primary" reason={reason} onClick={() => void navigate({ to: "/resources/new" })}>
      <Plus size={15} aria-hidden="true" />
      New resource
    </Button>
  );
}

function NoResources({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const navigate = useNavigate();
  if (filtered) {
    return (
      <Empty
        icon={Users}
        title="Nobody and nothing fits these filters."
        action={<Button onClick={onClear}>Show all resources</Button>}
      />
    );
  }
  return (
    <Empty
      icon={Users}
      title="Your people and things will be here."
      action={
        <>
          <NewResource />
          <Button onClick={() => void navigate({ to: "/import" })}>
            <FileUp size={15} aria-hidden="true" />
            Import your books
          </Button>
        </>
      }
    >
      Staff, equipment and materials that events need, each with what it is booked for. Nobody and nothing is
      booked twice by accident.
    </Empty>
  );
}
