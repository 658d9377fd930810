/** What can be done to an event, wherever it is shown. */
import { commands } from "@/ipc/bindings";
import type { EventPage, May, Status } from "@/ipc/types";
import { useAction } from "./actions";
import { lifecycle } from "./statuses";

export function useEventActions() {
  return {
    advance: useAction(commands.eventAdvance),
    cancel: useAction(commands.eventCancel, { ownErrors: true }),
    reinstate: useAction(commands.eventReinstate),
    archive: useAction(commands.eventArchive),
    unarchive: useAction(commands.eventUnarchive),
  };
}

const unknown: May = { allowed: false, reason: "This step is not possible from here." };

/** Whether the event may go to `to`, by whichever action leads there. */
export function mayMove(page: EventPage, to: Status): May {
  if (to === "cancelled") {
    return page.may.cancel;
  }
  if (page.row.status === "cancelled" && to === "planning") {
    return page.may.reinstate;
  }
  return page.may.advance.find((step) => step.to === to)?.may ?? unknown;
}

/** The next step forward, where there is one. */
export function nextStep(page: EventPage): Status | null {
  const at = lifecycle.indexOf(page.row.status as (typeof lifecycle)[number]);
  return at < 0 ? null : (lifecycle[at + 1] ?? null);
}
