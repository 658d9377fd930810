import { useUndo } from "./actions";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { undoStack, useUndoBlocked } from "./undo-stack";

/** Somebody has built on what should be undone: says what, and offers to undo the rest. */
export function UndoBlockedDialog() {
  const blocked = useUndoBlocked();
  const undo = useUndo();
  const close = () => undoStack.block(null);
  return (
    <Dialog
      open={blocked !== null}
      onClose={close}
      title="This cannot be undone as a whole"
      description={blocked ? `“${blocked.done.label}”: something has changed since.` : null}
      footer={
        <>
          <Button onClick={close}>Leave it as it is</Button>
          <Button
            kind="primary"
            onClick={() => {
              close();
              if (blocked) {
                void undo(blocked.done, true);
              }
            }}
          >
            Undo the rest
          </Button>
        </>
      }
    >
      <ul className="grid gap-1.5">
        {blocked?.reasons.map((reason) => (
          <li key={reason} className="rounded-md bg-warn-soft px-3 py-2">
            {reason}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
