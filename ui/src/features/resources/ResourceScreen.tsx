import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Ban, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { ActivityList } from "@/components/ActivityList";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { todayIn } from "@/components/now";
import { Page } from "@/components/Page";
import { Failed, Loading, Problem } from "@/components/States";
import { BlockDialog } from "@/components/schedule/BlockDialog";
import { resourcePageQuery } from "@/components/schedule/queries";
import { NowMark } from "@/components/schedule/ResourceMark";
import { useFormat, useReadOnly } from "@/components/session";
import { Tabs } from "@/components/Tabs";
import { commands } from "@/ipc/bindings";
import type { May, ResourcePage } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { Facts } from "./Facts";
import { OpenTasks } from "./OpenTasks";
import { ScheduleTab } from "./ScheduleTab";
import type { ResourceSearch } from "./search-params";
import { useFreshNow } from "./use-fresh-now";

const route = getRouteApi("/resources/$resourceId");

/** One person or thing: what it is, and what it is booked for. */
export function ResourceScreen({ resourceId }: { resourceId: string }) {
  const page = useQuery(resourcePageQuery(resourceId));
  const search = route.useSearch();
  const navigate = useNavigate();
  const { zone } = useFormat();
  useFreshNow();
  if (page.error) {
    return (
      <Page title="Resource">
        <Failed error={page.error} onRetry={() => void page.refetch()} />
      </Page>
    );
  }
  if (!page.data) {
    return <Loading label="Opening the resource…" />;
  }
  const day = search.day ?? todayIn(zone);
  const change = (patch: Partial<ResourceSearch>) =>
    void navigate({
      to: "/resources/$resourceId",
      params: { resourceId },
      search: { ...search, ...patch },
      replace: true,
    });
  const { row } = page.data;
  return (
    <Page title={row.name} after={<NowMark row={row} />} actions={<Actions page={page.data} day={day} />}>
      <Facts page={page.data} />
      <Tabs<"schedule" | "tasks" | "activity">
        value={search.tab ?? "schedule"}
        onChange={(tab) => change({ tab: tab === "schedule" ? undefined : tab })}
        tabs={[
          {
            id: "schedule",
            word: "Schedule",
            content: (
              <ScheduleTab page={page.data} day={day} view={search.view ?? "week"} onChange={change} />
            ),
          },
          ...(row.type === "staff"
            ? [
                {
                  id: "tasks" as const,
                  word: row.open_tasks > 0 ? `Tasks ${row.open_tasks}` : "Tasks",
                  content: <OpenTasks resource={row} tasks={page.data.open_tasks} />,
                },
              ]
            : []),
          {
            id: "activity",
            word: "Activity",
            content: (
              <ActivityList
                kind="resource"
                id={resourceId}
                load={async (before_n) =>
                  unwrap(await commands.resourceActivity({ resource_id: resourceId, before_n }))
                }
              />
            ),
          },
        ]}
      />
    </Page>
  );
}

function Actions({ page, day }: { page: ResourcePage; day: string }) {
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const [asking, setAsking] = useState<"delete" | "block" | null>(null);
  const { row, may } = page;
  const reason = (verdict: May) =>
    readOnly ?? (verdict.allowed ? null : (verdict.reason ?? "Not possible now."));
  return (
    <>
      <Button
        size="icon"
        aria-label="Delete resource"
        tip="Delete resource"
        reason={reason(may.delete)}
        onClick={() => setAsking("delete")}
      >
        <Trash2 size={15} aria-hidden="true" />
      </Button>
      <Button
        reason={reason(may.edit)}
        onClick={() => void navigate({ to: "/resources/$resourceId/edit", params: { resourceId: row.id } })}
      >
        <Pencil size={14} aria-hidden="true" />
        Edit
      </Button>
      <Button reason={reason(may.block)} onClick={() => setAsking("block")}>
        <Ban size={14} aria-hidden="true" />
        Block time
      </Button>
      {asking === "block" ? <BlockDialog resource={row} day={day} onClose={() => setAsking(null)} /> : null}
      {asking === "delete" ? <DeleteDialog page={page} onClose={() => setAsking(null)} /> : null}
    </>
  );
}

function DeleteDialog({ page, onClose }: { page: ResourcePage; onClose: () => void }) {
  const navigate = useNavigate();
  const remove = useAction(commands.resourceDelete, { ownErrors: true });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Delete this resource?"
      description={
        <span className="break-words">{page.row.name} goes away on every desk. You can undo it.</span>
      }
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            kind="danger"
            pending={remove.isPending}
            onClick={() =>
              remove.mutate(
                { resource_id: page.row.id },
                { onSuccess: () => void navigate({ to: "/resources", replace: true }) },
              )
            }
          >
            {remove.isPending ? "Deleting…" : "Delete resource"}
          </Button>
        </>
      }
    >
      <Problem error={remove.error} />
    </Dialog>
  );
}
