/** The short sentences at the bottom of the window. */
import { CircleAlert } from "lucide-react";
import { toast } from "sonner";
import { asCommandError } from "@/ipc/unwrap";

const onMac = /Mac/.test(navigator.userAgent);
/** The modifier's name on this system, as on the key. */
export const modifier = onMac ? "⌘" : "Ctrl ";

const act =
  "hit-44 rounded px-1.5 py-0.5 font-semibold underline-offset-2 hover:underline focus-visible:outline-current";

/** Says what was done, with the way back. */
export function announce(label: string, action?: { word: string; keys?: string; run: () => void }): void {
  toast.custom(
    (id) => (
      <div className="flex items-center gap-4">
        <span className="min-w-0 flex-1 break-words">{label}</span>
        {action ? (
          <button
            type="button"
            className={act}
            onClick={() => {
              toast.dismiss(id);
              action.run();
            }}
          >
            {action.word}
            {action.keys ? (
              <span aria-hidden="true" className="ml-2 text-xs font-normal opacity-75">
                {action.keys}
              </span>
            ) : null}
          </button>
        ) : null}
      </div>
    ),
    { duration: action ? 8000 : 4000, className: "toast", unstyled: true },
  );
}

/** Says what the shell has to say unasked: what became of a change whose answer was lost, or what went wrong. */
export function notify({ message, is_warning }: { message: string; is_warning: boolean }): void {
  if (is_warning) {
    warn(message, null);
  } else {
    announce(message);
  }
}

/** Says why something was not done. Stays until it has been read. */
export function complain(error: unknown): void {
  const { message, reference } = asCommandError(error);
  warn(message, reference);
}

function warn(message: string, reference: string | null): void {
  toast.custom(
    (id) => (
      <div role="alert" className="flex items-start gap-3">
        <CircleAlert size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-danger" />
        <span className="min-w-0 flex-1 break-words">
          {message}
          {reference ? <span className="block text-sm text-text-3">Reference {reference}</span> : null}
        </span>
        <button type="button" className={act} onClick={() => toast.dismiss(id)}>
          OK
        </button>
      </div>
    ),
    { duration: 12_000, className: "toast toast-problem", unstyled: true },
  );
}
