import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { announce } from "@/components/notices";
import { Loading, Problem } from "@/components/States";
import { useFormat } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { BackupContents, BackupSource } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { backupsKey } from "./backup-queries";

type Props = {
  source: BackupSource;
  /** What it holds, where that was read already. */
  contents: BackupContents | null;
  onClose: () => void;
};

/** Asks before the office goes back to how it was: what would be lost, and that it is kept first. */
export function RestoreDialog({ source, contents, onClose }: Props) {
  const client = useQueryClient();
  const format = useFormat();
  const read = useQuery({
    queryKey: [...backupsKey, "contents", source],
    queryFn: async () => unwrap(await commands.backupContents({ source })),
    enabled: contents === null,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const restore = useMutation({
    mutationFn: async () => unwrap(await commands.backupRestore({ source })),
    onSuccess: (done) => {
      announce(`Restored. Your office is as it was ${format.moment(done.written_at)}.`);
      onClose();
      return client.invalidateQueries({ queryKey: backupsKey });
    },
  });
  const shown = contents ?? read.data ?? null;
  return (
    <Dialog
      open
      onClose={restore.isPending ? () => undefined : onClose}
      title={shown ? `Go back to ${format.moment(shown.written_at)}?` : "Go back to this backup?"}
      description="The whole office becomes as it was then, on every computer that is signed in to it."
      footer={
        <>
          <Button reason={restore.isPending ? "The office is being restored." : null} onClick={onClose}>
            Leave it as it is
          </Button>
          <Button
            kind="danger"
            reason={shown ? null : "The backup has not been read yet."}
            pending={restore.isPending}
            onClick={() => restore.mutate()}
          >
            {restore.isPending ? "Restoring…" : "Restore"}
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        {shown ? <Contents contents={shown} /> : null}
        {!shown && !read.error ? <Loading label="Reading the backup…" /> : null}
        <Problem error={read.error ?? restore.error} />
      </div>
    </Dialog>
  );
}

function Contents({ contents }: { contents: BackupContents }) {
  const format = useFormat();
  const { lost } = contents;
  const many = (count: number, one: string, more: string) =>
    `${format.number(count)} ${count === 1 ? one : more}`;
  return (
    <>
      <p>
        It was read from beginning to end and is whole: {many(contents.events, "event", "events")},{" "}
        {many(contents.clients, "client", "clients")}, {many(contents.tasks, "task", "tasks")} and{" "}
        {many(contents.bookings, "booking", "bookings")}.
      </p>
      {lost && lost.changes > 0 ? (
        <p className="rounded-lg bg-warn-soft px-3 py-2">
          <b className="font-semibold">
            {many(lost.changes, "change has", "changes have")} been made since and will be gone
          </b>
          {lost.people.length > 0 ? `, made by ${sentence(lost.people)}` : ""}
          {lost.last_at ? `; the last one ${format.moment(lost.last_at)}` : ""}. People who joined since lose
          their access.
        </p>
      ) : (
        <p className="rounded-lg bg-accent-soft px-3 py-2">Nothing has been changed since.</p>
      )}
      <p className="text-text-2">
        How things stand now is kept in another backup first, so you can come back here. Passwords and devices
        stay as they are.
      </p>
    </>
  );
}

/** `Ana, Max and Sam`. */
function sentence(names: string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(names);
}
