/** What comes from outside the window: links that somebody clicked elsewhere, and what the tray was asked for. */
import { useCallback, useEffect, useState } from "react";
import { announce, complain, notify } from "@/components/notices";
import { commands } from "@/ipc/bindings";
import { onLive } from "@/ipc/live";
import type { AppState, Arrival } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import type { takeRouter } from "./router";

/** A link to be filled in where servers are connected to. */
export type ConnectLink = { link: string; invitation: boolean; nonce: number };

type Place = Extract<Arrival, { kind: "record" | "today" }>;
type Arrivals = {
  /** What to show in the open office. */
  place: Place | null;
  /** What to fill in. */
  connect: ConnectLink | null;
  /** The form with it was shown: leaving the form is done with it. */
  shown: boolean;
};

const nothing: Arrivals = { place: null, connect: null, shown: false };

export function useArrivals(phase: AppState["phase"] | undefined) {
  const [arrivals, setArrivals] = useState(nothing);
  const ask = useCallback(async () => {
    try {
      const arrival = unwrap(await commands.arrivalTake());
      if (arrival) {
        receive(arrival, setArrivals);
      }
    } catch (error) {
      complain(error);
    }
  }, []);
  // What could not be opened in one state of the app may be in the next.
  useEffect(() => {
    if (phase && phase !== "starting") {
      void ask();
    }
  }, [phase, ask]);
  useEffect(() => onLive("arrival", () => void ask()), [ask]);
  const { connect, shown } = arrivals;
  useEffect(() => {
    if (phase === "first_run" && connect && !shown) {
      setArrivals((now) => ({ ...now, shown: true }));
    } else if (phase !== "first_run" && shown) {
      setArrivals(nothing);
    }
  }, [phase, connect, shown]);
  return {
    ...arrivals,
    placeShown: useCallback(() => setArrivals((now) => ({ ...now, place: null })), []),
    declined: useCallback(() => setArrivals(nothing), []),
  };
}

function receive(arrival: Arrival, set: (change: (now: Arrivals) => Arrivals) => void): void {
  switch (arrival.kind) {
    case "connect": {
      const { link, invitation } = arrival;
      set((now) => ({
        place: null,
        connect: { link, invitation, nonce: (now.connect?.nonce ?? 0) + 1 },
        shown: now.shown,
      }));
      return;
    }
    case "record":
    case "today":
      set((now) => ({ ...now, place: arrival }));
      return;
    case "waiting":
      announce(arrival.message);
      return;
    case "refused":
      notify({ message: arrival.message, is_warning: true });
  }
}

/** Shows what a link names. A form with unsaved changes asks first, as it always does. */
export function goTo(router: ReturnType<typeof takeRouter>, place: Place): void {
  if (place.kind === "today") {
    void router.navigate({ to: "/today" });
    return;
  }
  const { record, id, event_id } = place;
  switch (record) {
    case "event":
      void router.navigate({ to: "/events/$eventId", params: { eventId: id } });
      return;
    case "task":
      void router.navigate({
        to: "/events/$eventId",
        params: { eventId: event_id ?? "" },
        search: { tab: "tasks", task: id },
      });
      return;
    case "client":
      void router.navigate({ to: "/clients/$clientId", params: { clientId: id } });
      return;
    case "resource":
      void router.navigate({ to: "/resources/$resourceId", params: { resourceId: id } });
  }
}
