import { useMutation } from "@tanstack/react-query";
import { FileSpreadsheet } from "lucide-react";
import { Button } from "@/components/Button";
import { Problem } from "@/components/States";
import { useReadOnly, useSession } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { ImportFolder, ImportSource } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { Card } from "./Card";
import { Export } from "./Export";

type Props = { onFile: (source: ImportSource) => void; onFolder: (folder: ImportFolder) => void };

/** Any of these lets something be imported. */
const adding = ["clients.create", "events.create", "resources.create", "tasks.create", "resources.assign"];

/** Where books come from and where they go. */
export function Pick({ onFile, onFolder }: Props) {
  const readOnly = useReadOnly();
  const { permissions } = useSession();
  const pick = useMutation({
    mutationFn: async (what: "folder" | "file") => {
      // Null: the person closed the chooser, which is an answer too.
      if (what === "folder") {
        const folder = unwrap(await commands.importPickFolder());
        return () => (folder ? onFolder(folder) : undefined);
      }
      const file = unwrap(await commands.importPick());
      return () => (file ? onFile(file) : undefined);
    },
    onSuccess: (goOn) => goOn(),
  });
  const reading = pick.isPending ? pick.variables : null;
  const allowed = adding.some((permission) => permissions.includes(permission));
  const reason = readOnly ?? (allowed ? null : "You may not import into this organization.");
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-3xl gap-4 px-5 py-8">
        <Card
          icon={FileSpreadsheet}
          title="Bring your books"
          text="Clients, events, resources, tasks and bookings from spreadsheets saved as CSV. Put them into one folder and bring it whole, or bring one file. You see what would happen, row by row, before anything does, and can undo all of it in one step."
        >
          <div className="flex flex-wrap gap-2">
            <Button
              kind="primary"
              size="large"
              reason={reason}
              pending={reading !== null}
              onClick={() => pick.mutate("folder")}
            >
              {reading === "folder" ? "Looking through the folder…" : "Choose a folder…"}
            </Button>
            <Button
              size="large"
              reason={reason}
              pending={reading !== null}
              onClick={() => pick.mutate("file")}
            >
              {reading === "file" ? "Reading the file…" : "Choose a CSV file…"}
            </Button>
          </div>
          <Problem error={pick.error} />
        </Card>
        <Export />
      </div>
    </div>
  );
}
