import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  Archive,
  ArchiveRestore,
  ArrowLeft,
  ArrowRight,
  Ban,
  CalendarDays,
  CalendarPlus,
  Eye,
  History,
  Link2,
  ListChecks,
  Pencil,
  Printer,
  RotateCcw,
  Users,
} from "lucide-react";
import { useCopyLink } from "@/components/copy-link";
import { mayMove, nextStep, useEventActions } from "@/components/event-actions";
import { eventPageQuery } from "@/components/event-page";
import { resourcePageQuery } from "@/components/schedule/queries";
import { useReadOnly } from "@/components/session";
import { lifecycle, statusWord } from "@/components/statuses";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { May, SearchHit } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import type { Act } from "./items";
import { useTaskActs } from "./use-task-acts";

type Named = { id: string; name: string };
type On = {
  onClose: () => void;
  onCancelEvent: (event: Named) => void;
  onArchiveEvent: (event: Named) => void;
};

/** What can be done with what was found. What is not possible now is there too, with the reason. */
export function useHitActs(hit: SearchHit, on: On): Act[] {
  const copyLink = useCopyLink();
  const acts = {
    event: useEventActs(hit, on),
    client: useClientActs(hit, on.onClose),
    resource: useResourceActs(hit, on.onClose),
    task: useTaskActs(hit, on.onClose),
  };
  return [
    ...acts[hit.kind],
    { words: "Copy link", icon: Link2, run: then(on.onClose)(() => copyLink(hit.kind, hit.id)) },
  ];
}

const then = (onClose: () => void) => (run: () => unknown) => () => {
  onClose();
  void run();
};

function useReason(): (may: May) => string | null {
  const readOnly = useReadOnly();
  return (may) => readOnly ?? (may.allowed ? null : (may.reason ?? "Not possible now."));
}

function useEventActs(hit: SearchHit, { onClose, onCancelEvent, onArchiveEvent }: On): Act[] {
  const navigate = useNavigate();
  const reason = useReason();
  const actions = useEventActions();
  const page = useQuery({ ...eventPageQuery(hit.id), enabled: hit.kind === "event" }).data;
  const after = then(onClose);
  const params = { eventId: hit.id };
  const target = { event_id: hit.id };
  const open: Act[] = [
    { words: "Open", icon: Eye, run: after(() => navigate({ to: "/events/$eventId", params })) },
    {
      words: "Show its tasks",
      icon: ListChecks,
      run: after(() => navigate({ to: "/events/$eventId", params, search: { tab: "tasks" } })),
    },
    {
      words: "Show staff and equipment",
      icon: Users,
      run: after(() => navigate({ to: "/events/$eventId", params, search: { tab: "staff" } })),
    },
    {
      words: "Sheet to print",
      icon: Printer,
      run: after(() => navigate({ to: "/events/$eventId/sheet", params })),
    },
    {
      words: "Show its activity",
      icon: History,
      run: after(() => navigate({ to: "/events/$eventId", params, search: { tab: "activity" } })),
    },
  ];
  if (!page) {
    return open;
  }
  const next = nextStep(page);
  const before = lifecycle[lifecycle.indexOf(page.row.status as (typeof lifecycle)[number]) - 1];
  const step = (to: typeof next | undefined, icon: Act["icon"]): Act[] =>
    to
      ? [
          {
            words: `Move to ${statusWord(to)}`,
            icon,
            reason: reason(mayMove(page, to)),
            run: after(() => actions.advance.mutate({ ...target, to })),
          },
        ]
      : [];
  const cancelled = page.row.status === "cancelled";
  return [
    ...open,
    ...step(next, ArrowRight),
    {
      words: "Edit",
      icon: Pencil,
      reason: reason(page.may.edit),
      run: after(() => navigate({ to: "/events/$eventId/edit", params })),
    },
    ...step(before, ArrowLeft),
    cancelled
      ? {
          words: "Reinstate",
          icon: RotateCcw,
          reason: reason(page.may.reinstate),
          run: after(() => actions.reinstate.mutate(target)),
        }
      : {
          words: "Cancel event…",
          icon: Ban,
          reason: reason(page.may.cancel),
          run: after(() => onCancelEvent({ id: hit.id, name: hit.title })),
        },
    page.row.is_archived
      ? {
          words: "Un-archive",
          icon: ArchiveRestore,
          reason: reason(page.may.unarchive),
          run: after(() => actions.unarchive.mutate(target)),
        }
      : {
          words: "Archive",
          icon: Archive,
          reason: reason(page.may.archive),
          run: after(() => onArchiveEvent({ id: hit.id, name: hit.title })),
        },
  ];
}

function useClientActs(hit: SearchHit, onClose: () => void): Act[] {
  const navigate = useNavigate();
  const reason = useReason();
  const page = useQuery({
    queryKey: [...roots.clients, "page", hit.id],
    enabled: hit.kind === "client",
    queryFn: async () => unwrap(await commands.clientPage({ client_id: hit.id })),
  }).data;
  const after = then(onClose);
  const params = { clientId: hit.id };
  return [
    { words: "Open", icon: Eye, run: after(() => navigate({ to: "/clients/$clientId", params })) },
    ...(page
      ? [
          {
            words: "New event for this client",
            icon: CalendarPlus,
            reason: reason(page.may.create_event),
            run: after(() => navigate({ to: "/events/new", search: { client: hit.id } })),
          },
          {
            words: "Edit",
            icon: Pencil,
            reason: reason(page.may.edit),
            run: after(() => navigate({ to: "/clients/$clientId/edit", params })),
          },
        ]
      : []),
  ];
}

function useResourceActs(hit: SearchHit, onClose: () => void): Act[] {
  const navigate = useNavigate();
  const reason = useReason();
  const page = useQuery({ ...resourcePageQuery(hit.id), enabled: hit.kind === "resource" }).data;
  const after = then(onClose);
  const params = { resourceId: hit.id };
  return [
    { words: "Open", icon: Eye, run: after(() => navigate({ to: "/resources/$resourceId", params })) },
    {
      words: "Show its month",
      icon: CalendarDays,
      run: after(() => navigate({ to: "/resources/$resourceId", params, search: { view: "month" } })),
    },
    ...(page
      ? [
          {
            words: "Edit",
            icon: Pencil,
            reason: reason(page.may.edit),
            run: after(() => navigate({ to: "/resources/$resourceId/edit", params })),
          },
        ]
      : []),
  ];
}
