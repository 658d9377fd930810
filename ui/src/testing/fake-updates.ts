/** An update server that offers one version when somebody asks. */
import type { UpdateOffer, UpdateState, UpdateStatus, UpdateWhen } from "@/ipc/types";
import type { FakeDesk } from "./fake-desk";
import type { Handlers } from "./fake-handlers";

export const offer: UpdateOffer = {
  version: "0.2.0",
  notes: "Faster mornings.\nA week’s tasks print on one page.",
  published: "2026-11-20T08:00:00Z",
};

export const upToDate: UpdateStatus = {
  current: "0.1.0",
  updated: false,
  automatic: true,
  checked_at: "2026-11-20T09:00:00Z",
  state: { phase: "up_to_date" },
};

const after: Record<UpdateWhen, UpdateState> = {
  now: { phase: "installing", offer },
  at_quit: { phase: "at_quit", offer },
  later: { phase: "available", offer },
};

export function updateHandlers(desk: FakeDesk): Handlers {
  const change = (patch: Partial<UpdateStatus>) => {
    desk.update = { ...desk.update, ...patch };
    return desk.update;
  };
  return {
    update_status: () => desk.update,
    update_check: () => change({ state: { phase: "available", offer } }),
    update_install: ({ when }: { when: UpdateWhen }) => change({ state: after[when] }),
    update_automatic: ({ automatic }: { automatic: boolean }) => change({ automatic }),
  };
}
