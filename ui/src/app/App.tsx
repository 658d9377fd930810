import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo } from "react";
import { Toaster } from "sonner";
import { Failed } from "@/components/States";
import { SessionProvider } from "@/components/session";
import { Starting } from "@/features/onboarding/Starting";
import type { Session } from "@/ipc/types";
import { takeRouter } from "./router";
import { useAppStart } from "./state";
import { goTo, useArrivals } from "./use-arrivals";

const FailedStart = lazy(async () => ({
  default: (await import("@/features/onboarding/FailedStart")).FailedStart,
}));
const FirstRun = lazy(async () => ({ default: (await import("@/features/onboarding/FirstRun")).FirstRun }));
const LeaveForLink = lazy(async () => ({ default: (await import("./LeaveForLink")).LeaveForLink }));
const TooOld = lazy(async () => ({ default: (await import("@/features/onboarding/TooOld")).TooOld }));
const SignIn = lazy(async () => ({ default: (await import("@/features/onboarding/SignIn")).SignIn }));

/** The window: one of the app's states. */
export function App() {
  const start = useAppStart();
  const arrivals = useArrivals(start.data?.phase);
  const { connect } = arrivals;
  return (
    <>
      <Suspense fallback={<Starting message="Opening Cloche…" />}>
        <Phase start={start} arrivals={arrivals} />
      </Suspense>
      {connect && !arrivals.shown && start.data?.phase !== "first_run" ? (
        <Suspense fallback={null}>
          <LeaveForLink connect={connect} onStay={arrivals.declined} />
        </Suspense>
      ) : null}
      {/* Above what stands at the foot of a list, such as what can be done to the chosen rows. */}
      <Toaster position="bottom-center" visibleToasts={3} gap={8} offset={{ bottom: 60 }} />
    </>
  );
}

type Arrivals = ReturnType<typeof useArrivals>;

function Phase({ start, arrivals }: { start: ReturnType<typeof useAppStart>; arrivals: Arrivals }) {
  if (start.error) {
    return <Failed error={start.error} onRetry={() => void start.refetch()} />;
  }
  const state = start.data;
  switch (state?.phase) {
    case undefined:
      return <Starting message="Opening Cloche…" />;
    case "first_run":
      return <FirstRun key={arrivals.connect?.nonce} known={state.known} link={arrivals.connect} />;
    case "starting":
      return <Starting message={state.message} />;
    case "sign_in":
      return <SignIn key={state.server.server_id} state={state} />;
    case "update_required":
      return <TooOld state={state} />;
    case "failed":
      return <FailedStart error={state.error} onRetry={() => start.refetch()} />;
    case "ready":
      return (
        <Desk
          key={`${state.session.server.server_id}/${state.session.organization.id}`}
          session={state.session}
          arrivals={arrivals}
        />
      );
  }
}

function Desk({ session, arrivals }: { session: Session; arrivals: Arrivals }) {
  const router = useMemo(takeRouter, []);
  const { place, placeShown } = arrivals;
  useEffect(() => {
    if (place) {
      goTo(router, place);
      placeShown();
    }
  }, [router, place, placeShown]);
  return (
    <SessionProvider session={session}>
      <RouterProvider router={router} />
    </SessionProvider>
  );
}
