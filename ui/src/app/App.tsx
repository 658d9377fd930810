import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { Toaster } from "sonner";
import { Failed } from "@/components/States";
import { SessionProvider } from "@/components/session";
import { Starting } from "@/features/onboarding/Starting";
import type { Session } from "@/ipc/types";
import { takeRouter } from "./router";
import { useAppStart } from "./state";

const FailedStart = lazy(async () => ({
  default: (await import("@/features/onboarding/FailedStart")).FailedStart,
}));
const FirstRun = lazy(async () => ({ default: (await import("@/features/onboarding/FirstRun")).FirstRun }));
const SignIn = lazy(async () => ({ default: (await import("@/features/onboarding/SignIn")).SignIn }));

/** The window: one of the app's states. */
export function App() {
  const start = useAppStart();
  return (
    <>
      <Suspense fallback={<Starting message="Opening Cloche…" />}>
        <Phase start={start} />
      </Suspense>
      {/* Above what stands at the foot of a list, such as what can be done to the chosen rows. */}
      <Toaster position="bottom-center" visibleToasts={3} gap={8} offset={{ bottom: 60 }} />
    </>
  );
}

function Phase({ start }: { start: ReturnType<typeof useAppStart> }) {
  if (start.error) {
    return <Failed error={start.error} onRetry={() => void start.refetch()} />;
  }
  const state = start.data;
  switch (state?.phase) {
    case undefined:
      return <Starting message="Opening Cloche…" />;
    case "first_run":
      return <FirstRun known={state.known} />;
    case "starting":
      return <Starting message={state.message} />;
    case "sign_in":
      return <SignIn key={state.server.server_id} state={state} />;
    case "failed":
      return <FailedStart error={state.error} onRetry={() => start.refetch()} />;
    case "ready":
      return (
        <Desk
          key={`${state.session.server.server_id}/${state.session.organization.id}`}
          session={state.session}
        />
      );
  }
}

function Desk({ session }: { session: Session }) {
  const router = useMemo(takeRouter, []);
  return (
    <SessionProvider session={session}>
      <RouterProvider router={router} />
    </SessionProvider>
  );
}
