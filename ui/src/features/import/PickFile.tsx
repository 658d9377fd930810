import { useMutation } from "@tanstack/react-query";
import { FileSpreadsheet } from "lucide-react";
import { Button } from "@/components/Button";
import { Empty, Problem } from "@/components/States";
import { useReadOnly } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { ImportSource } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";

export function PickFile({ onPicked }: { onPicked: (source: ImportSource) => void }) {
  const readOnly = useReadOnly();
  const pick = useMutation({
    mutationFn: async () => unwrap(await commands.importPick()),
    // Null: the person closed the file chooser, which is an answer too.
    onSuccess: (source) => (source ? onPicked(source) : undefined),
  });
  return (
    <div className="mx-auto w-full max-w-xl">
      <Empty
        icon={FileSpreadsheet}
        title="Bring your books"
        action={
          <Button
            kind="primary"
            size="large"
            reason={readOnly}
            pending={pick.isPending}
            onClick={() => pick.mutate()}
          >
            {pick.isPending ? "Reading the file…" : "Choose a CSV file…"}
          </Button>
        }
      >
        Clients or events from a spreadsheet saved as CSV. Bring the clients first: events find their client
        by name. You see what would happen, row by row, before anything does, and can undo the whole import.
      </Empty>
      <Problem error={pick.error} />
    </div>
  );
}
