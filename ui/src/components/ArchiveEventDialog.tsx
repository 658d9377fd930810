import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { commands } from "@/ipc/bindings";
import { useAction } from "./actions";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { useEventActions } from "./event-actions";
import { Problem } from "./States";
import { releasePreviewQuery } from "./schedule/queries";
import { ReleasePreview } from "./schedule/ReleasePreview";

type Named = { id: string; name: string };

/** Archives at once, but asks first where people or things would be released by it. */
export function useArchiving(): { archive: (event: Named) => void; pending: boolean; question: ReactNode } {
  const client = useQueryClient();
  const { archive } = useEventActions();
  const [asking, setAsking] = useState<Named | null>(null);
  const begin = async (event: Named) => {
    // Where it cannot be told, the change itself says what is wrong.
    const held = await client
      .fetchQuery({ ...releasePreviewQuery(event.id), staleTime: 0 })
      .catch(() => ({ entries: [] }));
    if (held.entries.length > 0) {
      setAsking(event);
    } else {
      archive.mutate({ event_id: event.id });
    }
  };
  return {
    archive: (event) => void begin(event),
    pending: archive.isPending,
    question: asking ? <Ask key={asking.id} event={asking} onClose={() => setAsking(null)} /> : null,
  };
}

function Ask({ event, onClose }: { event: Named; onClose: () => void }) {
  const archive = useAction(commands.eventArchive, { ownErrors: true });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Archive this event?"
      description={
        <span className="break-words">{event.name} leaves the lists and can be un-archived later.</span>
      }
      footer={
        <>
          <Button onClick={onClose}>Keep it in the lists</Button>
          <Button
            kind="primary"
            pending={archive.isPending}
            onClick={() => archive.mutate({ event_id: event.id }, { onSuccess: onClose })}
          >
            {archive.isPending ? "Archiving…" : "Archive event"}
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <Problem error={archive.error} />
        <ReleasePreview eventId={event.id} />
      </div>
    </Dialog>
  );
}
