import { KeyRound } from "lucide-react";
import { Button } from "@/components/Button";
import { type CommandError, refusalKind } from "@/ipc/unwrap";

/** Whether `error` is the shell's question what to do without a keychain. */
export function needsKeepChoice(error: CommandError | null): boolean {
  return error !== null && refusalKind(error) === "no_keychain";
}

/** No keychain: nothing is written down, so being signed in ends with the window. The person says if that is fine. */
export function KeepChoice(props: { pending: boolean; onAccept: () => void; onDecline: () => void }) {
  return (
    <section aria-label="No keychain" className="grid gap-3 rounded-lg border border-line bg-warn-soft p-4">
      <div className="flex gap-2">
        <KeyRound size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-warn" />
        <p>
          <b className="block font-semibold">This computer has no keychain to keep your sign-in in.</b>
          Cloche writes no secrets to disk. You can stay signed in until you close it and sign in again next
          time.
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" autoFocus pending={props.pending} onClick={props.onAccept}>
          Keep me signed in until I quit Cloche
        </Button>
        <Button kind="ghost" onClick={props.onDecline}>
          Not now
        </Button>
      </div>
    </section>
  );
}
