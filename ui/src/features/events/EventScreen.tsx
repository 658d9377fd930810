import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  Archive,
  ArchiveRestore,
  ArrowRight,
  Ban,
  Ellipsis,
  Link2,
  Pencil,
  Printer,
  RotateCcw,
} from "lucide-react";
import { useState } from "react";
import { ActivityList } from "@/components/ActivityList";
import { useArchiving } from "@/components/ArchiveEventDialog";
import { Button } from "@/components/Button";
import { CancelEventDialog } from "@/components/CancelEventDialog";
import { useCopyLink } from "@/components/copy-link";
import { mayMove, nextStep, useEventActions } from "@/components/event-actions";
import { eventPageQuery } from "@/components/event-page";
import { Menu, type MenuEntry } from "@/components/Menu";
import { Page } from "@/components/Page";
import { Failed, Loading } from "@/components/States";
import { useReadOnly } from "@/components/session";
import { statusWord } from "@/components/statuses";
import { Tabs } from "@/components/Tabs";
import { commands } from "@/ipc/bindings";
import type { EventPage, May } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { Facts } from "./Facts";
import { Overview } from "./Overview";
import { StaffTab } from "./StaffTab";
import { Stepper } from "./Stepper";
import { TasksTab } from "./TasksTab";

type Props = {
  eventId: string;
  tab: "overview" | "tasks" | "staff" | "activity";
  /** The task that somebody came for. */
  taskId?: string | null;
};

/** One event: where it stands, its facts, and what happened to it. */
export function EventScreen({ eventId, tab, taskId = null }: Props) {
  const page = useQuery(eventPageQuery(eventId));
  const navigate = useNavigate();
  if (page.error) {
    return (
      <Page title="Event">
        <Failed error={page.error} onRetry={() => void page.refetch()} />
      </Page>
    );
  }
  if (!page.data) {
    return <Loading label="Opening the event…" />;
  }
  return (
    <Screen
      page={page.data}
      tab={tab}
      taskId={taskId}
      onTab={(next) =>
        void navigate({
          to: "/events/$eventId",
          params: { eventId },
          search: { tab: next === "overview" ? undefined : next },
          replace: true,
        })
      }
    />
  );
}

function Screen({
  page,
  tab,
  taskId,
  onTab,
}: {
  page: EventPage;
  tab: Props["tab"];
  taskId: string | null;
  onTab: (tab: Props["tab"]) => void;
}) {
  const { row } = page;
  const [cancelling, setCancelling] = useState(false);
  const actions = useEventActions();
  const go = (to: Parameters<typeof mayMove>[1]) => {
    if (to === "cancelled") {
      setCancelling(true);
    } else if (row.status === "cancelled") {
      actions.reinstate.mutate({ event_id: row.id });
    } else {
      actions.advance.mutate({ event_id: row.id, to });
    }
  };
  const pendingTo = actions.advance.isPending
    ? actions.advance.variables.to
    : actions.reinstate.isPending
      ? "planning"
      : null;
  return (
    <Page
      title={row.name}
      after={
        <>
          <span className="shrink-0 rounded-[5px] border border-line px-1.5 text-sm text-text-2">
            {row.event_type}
          </span>
          {row.is_archived ? (
            <span className="flex shrink-0 items-center gap-1 text-sm text-text-3">
              <Archive size={13} aria-hidden="true" />
              Archived
            </span>
          ) : null}
        </>
      }
      actions={
        <Actions
          page={page}
          actions={actions}
          onGo={go}
          pending={pendingTo !== null}
          onCancel={() => setCancelling(true)}
        />
      }
    >
      <div className="border-b border-line px-5 py-2">
        <Stepper page={page} pendingTo={pendingTo} onStep={go} />
      </div>
      <Facts page={page} />
      <Tabs
        value={tab}
        onChange={onTab}
        tabs={[
          { id: "overview", word: "Overview", content: <Overview page={page} /> },
          {
            id: "tasks",
            word: page.tasks_open > 0 ? `Tasks ${page.tasks_open}` : "Tasks",
            content: <TasksTab event={row} taskId={taskId} />,
          },
          {
            id: "staff",
            word: page.bookings > 0 ? `Staff & equipment ${page.bookings}` : "Staff & equipment",
            content: <StaffTab page={page} />,
          },
          {
            id: "activity",
            word: "Activity",
            content: (
              <ActivityList
                kind="event"
                id={row.id}
                load={async (before_n) =>
                  unwrap(await commands.eventActivity({ event_id: row.id, before_n }))
                }
              />
            ),
          },
        ]}
      />
      <CancelEventDialog event={cancelling ? row : null} onClose={() => setCancelling(false)} />
    </Page>
  );
}

type ActionsProps = {
  page: EventPage;
  actions: ReturnType<typeof useEventActions>;
  pending: boolean;
  onGo: (to: Parameters<typeof mayMove>[1]) => void;
  onCancel: () => void;
};

function Actions({ page, actions, pending, onGo, onCancel }: ActionsProps) {
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const archiving = useArchiving();
  const copyLink = useCopyLink();
  const { row, may } = page;
  const reason = (verdict: May) =>
    readOnly ?? (verdict.allowed ? null : (verdict.reason ?? "Not possible now."));
  const next = nextStep(page);
  const target = { event_id: row.id };
  const more: MenuEntry[] = [
    {
      key: "sheet",
      label: "Sheet to print",
      mark: <Printer size={14} aria-hidden="true" />,
      onSelect: () => void navigate({ to: "/events/$eventId/sheet", params: { eventId: row.id } }),
    },
    {
      key: "link",
      label: "Copy link",
      mark: <Link2 size={14} aria-hidden="true" />,
      onSelect: () => void copyLink("event", row.id),
    },
    {
      key: "cancel",
      label: "Cancel event…",
      mark: <Ban size={14} aria-hidden="true" />,
      reason: reason(may.cancel),
      danger: may.cancel.allowed && !readOnly,
      onSelect: onCancel,
    },
    {
      key: "reinstate",
      label: "Reinstate",
      mark: <RotateCcw size={14} aria-hidden="true" />,
      reason: reason(may.reinstate),
      onSelect: () => actions.reinstate.mutate(target),
    },
    { kind: "line", key: "line" },
    row.is_archived
      ? {
          key: "unarchive",
          label: "Un-archive",
          mark: <ArchiveRestore size={14} aria-hidden="true" />,
          reason: reason(may.unarchive),
          onSelect: () => actions.unarchive.mutate(target),
        }
      : {
          key: "archive",
          label: "Archive",
          mark: <Archive size={14} aria-hidden="true" />,
          reason: reason(may.archive),
          onSelect: () => archiving.archive(row),
        },
  ];
  return (
    <>
      <Button
        reason={reason(may.edit)}
        onClick={() => void navigate({ to: "/events/$eventId/edit", params: { eventId: row.id } })}
      >
        <Pencil size={14} aria-hidden="true" />
        Edit
      </Button>
      {next && !row.is_archived ? (
        <Button
          kind="primary"
          pending={pending}
          reason={reason(mayMove(page, next))}
          onClick={() => onGo(next)}
        >
          {pending ? "Saving…" : `Move to ${statusWord(next)}`}
          <ArrowRight size={14} aria-hidden="true" />
        </Button>
      ) : null}
      {row.status === "cancelled" && !row.is_archived ? (
        <Button
          kind="primary"
          pending={actions.reinstate.isPending}
          reason={reason(may.reinstate)}
          onClick={() => actions.reinstate.mutate(target)}
        >
          Reinstate
        </Button>
      ) : null}
      {row.is_archived ? (
        <Button
          pending={actions.unarchive.isPending}
          reason={reason(may.unarchive)}
          onClick={() => actions.unarchive.mutate(target)}
        >
          Un-archive
        </Button>
      ) : may.archive.allowed ? (
        <Button
          pending={archiving.pending}
          reason={reason(may.archive)}
          onClick={() => archiving.archive(row)}
        >
          <Archive size={14} aria-hidden="true" />
          Archive
        </Button>
      ) : null}
      <Menu
        trigger={
          <Button size="icon" aria-label="More actions">
            <Ellipsis size={16} aria-hidden="true" />
          </Button>
        }
        entries={more}
      />
      {archiving.question}
    </>
  );
}
