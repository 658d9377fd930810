import { useBlocker } from "@tanstack/react-router";
import { Button } from "./Button";
import { Dialog } from "./Dialog";

/** Asks before a half-filled form is left. Saving and discarding navigate with `ignoreBlocker`. */
export function LeaveGuard({ dirty }: { dirty: boolean }) {
  const leaving = useBlocker({
    shouldBlockFn: () => dirty,
    enableBeforeUnload: false,
    withResolver: true,
  });
  return (
    <Dialog
      open={leaving.status === "blocked"}
      onClose={() => leaving.reset?.()}
      title="Leave without saving?"
      description="What you typed in this form is not saved yet."
      footer={
        <>
          <Button onClick={() => leaving.reset?.()}>Keep editing</Button>
          <Button kind="danger" onClick={() => leaving.proceed?.()}>
            Leave without saving
          </Button>
        </>
      }
    />
  );
}
