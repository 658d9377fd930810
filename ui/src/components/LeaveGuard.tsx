import { useBlocker } from "@tanstack/react-router";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { useUnsaved } from "./unsaved";

type Props = { dirty: boolean; title?: string; description?: string; stay?: string; leave?: string };

/** Asks before a half-filled form is left. Saving and discarding navigate with `ignoreBlocker`. */
export function LeaveGuard({
  dirty,
  title = "Leave without saving?",
  description = "What you typed in this form is not saved yet.",
  stay = "Keep editing",
  leave = "Leave without saving",
}: Props) {
  useUnsaved(dirty);
  const leaving = useBlocker({
    shouldBlockFn: () => dirty,
    enableBeforeUnload: false,
    withResolver: true,
  });
  return (
    <Dialog
      open={leaving.status === "blocked"}
      onClose={() => leaving.reset?.()}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={() => leaving.reset?.()}>{stay}</Button>
          <Button kind="danger" onClick={() => leaving.proceed?.()}>
            {leave}
          </Button>
        </>
      }
    />
  );
}

/** The same for links on screen that nobody can show again. */
export function LinkGuard({ shown }: { shown: boolean }) {
  return (
    <LeaveGuard
      dirty={shown}
      title="Leave without the link?"
      description="A link on this screen was not copied yet. It cannot be shown again."
      stay="Stay here"
      leave="Leave without it"
    />
  );
}
