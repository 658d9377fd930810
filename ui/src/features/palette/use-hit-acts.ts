import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  Archive,
  ArchiveRestore,
  ArrowLeft,
  ArrowRight,
  Ban,
  CalendarPlus,
  Eye,
  History,
  Pencil,
  RotateCcw,
} from "lucide-react";
import { mayMove, nextStep, useEventActions } from "@/components/event-actions";
import { eventPageQuery } from "@/components/event-page";
import { useReadOnly } from "@/components/session";
import { lifecycle, statusWord } from "@/components/statuses";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { May, SearchHit } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import type { Act } from "./items";

/** What can be done with what was found. What is not possible now is there too, with the reason. */
export function useHitActs(
  hit: SearchHit,
  onClose: () => void,
  onCancelEvent: (event: { id: string; name: string }) => void,
): Act[] {
  const events = useEventActs(hit, onClose, onCancelEvent);
  const clients = useClientActs(hit, onClose);
  return hit.kind === "event" ? events : clients;
}

const then = (onClose: () => void) => (run: () => unknown) => () => {
  onClose();
  void run();
};

function useReason(): (may: May) => string | null {
  const readOnly = useReadOnly();
  return (may) => readOnly ?? (may.allowed ? null : (may.reason ?? "Not possible now."));
}

function useEventActs(
  hit: SearchHit,
  onClose: () => void,
  onCancelEvent: (event: { id: string; name: string }) => void,
): Act[] {
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
          run: after(() => actions.archive.mutate(target)),
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
