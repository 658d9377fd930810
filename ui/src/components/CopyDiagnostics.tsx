import { useMutation } from "@tanstack/react-query";
import { Copy } from "lucide-react";
import type { ComponentProps } from "react";
import { commands } from "@/ipc/bindings";
import { unwrap } from "@/ipc/unwrap";
import { Button } from "./Button";
import { copyText } from "./clipboard";
import { announce, complain, notify } from "./notices";

type Props = {
  /** What to copy, where it is shown already; otherwise it is asked for. */
  text?: string;
  kind?: ComponentProps<typeof Button>["kind"];
};

/** Puts what somebody who helps needs to know on the clipboard; the desk has taken out whose it is. */
export function CopyDiagnostics({ text, kind }: Props) {
  const copying = useMutation({
    mutationFn: async () => {
      if (text !== undefined) {
        return copyText(text);
      }
      const asked = commands.diagnostics().then((answer) => unwrap(answer).text);
      const copied = await copyText(asked);
      await asked;
      return copied;
    },
    onSuccess: (copied) =>
      copied
        ? announce("Diagnostics copied. Paste them into your message.")
        : notify({
            message: "The system did not let Cloche copy. Select the log and copy it yourself.",
            is_warning: true,
          }),
    onError: complain,
  });
  return (
    <Button kind={kind} pending={copying.isPending} onClick={() => copying.mutate()}>
      <Copy size={14} aria-hidden="true" />
      Copy diagnostics
    </Button>
  );
}
