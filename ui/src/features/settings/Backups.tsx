import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Archive, ArchiveRestore, FileDown, FileUp } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/Button";
import { announce, complain } from "@/components/notices";
import { Empty, Failed, Loading, Problem } from "@/components/States";
import { useFormat, useReadOnly, useSession } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { Backup, BackupContents, BackupSource, Backups as List } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { backupsKey, backupsQuery, reasons, sizeOf } from "./backup-queries";
import { MoveToServer } from "./MoveToServer";
import { RestoreDialog } from "./RestoreDialog";
import { Section } from "./Section";

/** The backups of an office that is kept on this computer: what there is, more by hand, and the way back. */
export function Backups() {
  const backups = useQuery(backupsQuery);
  // What is on screen stays: it may show links that cannot be shown again.
  if (!backups.data) {
    return backups.error ? (
      <Failed error={backups.error} onRetry={() => void backups.refetch()} />
    ) : (
      <Loading label="Looking for backups…" />
    );
  }
  return (
    <>
      <Section title="Backups">
        <Kept list={backups.data} />
      </Section>
      <Section title="Shared server">
        <MoveToServer moved={backups.data.moved} />
      </Section>
    </>
  );
}

type Restoring = { source: BackupSource; contents: BackupContents | null };

function Kept({ list }: { list: List }) {
  const session = useSession();
  const [restoring, setRestoring] = useState<Restoring | null>(null);
  return (
    <div className="grid gap-3">
      <p className="text-text-2">
        {session.organization.name} is kept on this computer only. Cloche writes a backup every day it is
        opened and keeps the last {list.keeps}. Save a copy somewhere else now and then: what happens to this
        computer happens to them too.
      </p>
      <Actions onPicked={(contents) => setRestoring({ source: { from: "picked" }, contents })} />
      {list.items.length === 0 ? (
        <Empty icon={Archive} title="No backup yet">
          The first one is written by itself in a moment.
        </Empty>
      ) : (
        <ul aria-label="Backups" className="grid">
          {list.items.map((backup) => (
            <Row
              key={backup.name}
              backup={backup}
              onRestore={() => setRestoring({ source: { from: "kept", name: backup.name }, contents: null })}
            />
          ))}
        </ul>
      )}
      <p className="text-sm break-all text-text-3">Kept in {list.folder}</p>
      {restoring ? <RestoreDialog {...restoring} onClose={() => setRestoring(null)} /> : null}
    </div>
  );
}

function Actions({ onPicked }: { onPicked: (contents: BackupContents) => void }) {
  const client = useQueryClient();
  const offline = useReadOnly();
  const format = useFormat();
  const size = (bytes: number) => sizeOf(bytes, format.number.bind(format));
  const now = useMutation({
    mutationFn: async () => unwrap(await commands.backupNow()),
    onSuccess: (backup) => {
      announce(`Backed up: ${size(backup.bytes)}, read again and found whole.`);
      return client.invalidateQueries({ queryKey: backupsKey });
    },
    onError: complain,
  });
  const save = useMutation({
    mutationFn: async () => unwrap(await commands.backupSave()),
    onSuccess: (saved) =>
      saved ? announce(`Saved as ${saved.file_name}, ${size(saved.bytes)}.`) : undefined,
    onError: complain,
  });
  const pick = useMutation({
    mutationFn: async () => unwrap(await commands.backupPick()),
    onSuccess: (contents) => (contents ? onPicked(contents) : undefined),
  });
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" reason={offline} pending={now.isPending} onClick={() => now.mutate()}>
          <Archive size={14} aria-hidden="true" />
          {now.isPending ? "Backing up…" : "Back up now"}
        </Button>
        <Button reason={offline} pending={save.isPending} onClick={() => save.mutate()}>
          <FileDown size={14} aria-hidden="true" />
          {save.isPending ? "Saving…" : "Save a copy…"}
        </Button>
        <Button reason={offline} pending={pick.isPending} onClick={() => pick.mutate()}>
          <FileUp size={14} aria-hidden="true" />
          {pick.isPending ? "Reading the file…" : "Restore from a file…"}
        </Button>
      </div>
      <Problem error={pick.error} />
    </>
  );
}

function Row({ backup, onRestore }: { backup: Backup; onRestore: () => void }) {
  const format = useFormat();
  const offline = useReadOnly();
  const when = format.moment(backup.written_at);
  return (
    <li className="flex min-h-12 items-center gap-3 border-b border-line/60 last:border-none">
      <Archive size={16} aria-hidden="true" className="shrink-0 text-text-3" />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium tabular-nums">{when}</p>
        <p className="truncate text-sm text-text-3">
          {reasons[backup.made]} · {sizeOf(backup.bytes, format.number.bind(format))}
        </p>
      </div>
      <Button
        size="small"
        reason={offline}
        aria-label={`Restore ${when}, ${reasons[backup.made].toLowerCase()}`}
        onClick={onRestore}
      >
        <ArchiveRestore size={14} aria-hidden="true" />
        Restore…
      </Button>
    </li>
  );
}
