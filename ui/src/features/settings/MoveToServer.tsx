import { useQueryClient } from "@tanstack/react-query";
import { Server } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/Button";
import { useFormat, useReadOnly } from "@/components/session";
import type { Backups, OfficeMoved } from "@/ipc/types";
import { backupsKey } from "./backup-queries";
import { FinishMove } from "./FinishMove";
import { MoveDialog } from "./MoveDialog";
import { MovedLinks } from "./MovedLinks";
import { OpenAgainDialog } from "./OpenAgainDialog";

/** Everything goes to a server that several computers share; or where it went. */
export function MoveToServer({ moved }: { moved: Backups["moved"] }) {
  const client = useQueryClient();
  const format = useFormat();
  const offline = useReadOnly();
  const [asking, setAsking] = useState<"move" | "finish" | "open_again" | null>(null);
  const [done, setDone] = useState<OfficeMoved | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: backupsKey });
  return (
    <div className="grid gap-3">
      {moved ? (
        <>
          <p>
            <b className="font-semibold">Your office moved to {moved.place}</b>{" "}
            {format.moment(moved.moved_at)}. Here it can only be read. Sign in there to go on working.
          </p>
          <p className="text-text-2">
            If the move was a mistake, open the office here again: it is as it was then, and knows nothing of
            what has been done there.
          </p>
          <Button className="justify-self-start" reason={offline} onClick={() => setAsking("open_again")}>
            Open it here again…
          </Button>
        </>
      ) : (
        <>
          <p className="text-text-2">
            For several computers at once, the office lives on a server that is always on. Everything goes
            there, history included, and people get links to sign in with.
          </p>
          <p className="text-text-2">
            If somebody else looks after that server, save a copy and hand it to them; they restore it there
            and give you a receipt to finish the move with.
          </p>
          <div className="flex flex-wrap gap-2">
            <Button reason={offline} onClick={() => setAsking("move")}>
              <Server size={14} aria-hidden="true" />
              Move to a shared server…
            </Button>
            <Button reason={offline} onClick={() => setAsking("finish")}>
              Finish a move…
            </Button>
          </div>
        </>
      )}
      {moved && asking === "open_again" ? (
        <OpenAgainDialog
          place={moved.place}
          onClose={() => setAsking(null)}
          onOpened={() => {
            setAsking(null);
            void refresh();
          }}
        />
      ) : null}
      {asking === "finish" ? (
        <FinishMove
          onClose={() => setAsking(null)}
          onMoved={() => {
            setAsking(null);
            void refresh();
          }}
        />
      ) : null}
      {asking === "move" ? (
        <MoveDialog
          onClose={() => setAsking(null)}
          onMoved={(result) => {
            setAsking(null);
            setDone(result);
            void refresh();
          }}
        />
      ) : null}
      {done ? <MovedLinks moved={done} onClose={() => setDone(null)} /> : null}
    </div>
  );
}
