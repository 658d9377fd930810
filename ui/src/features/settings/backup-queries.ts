/** What the desk says about the backups of an office that is kept on this computer. */
import { queryOptions } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import type { Backup, Session } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";

export const backupsKey = ["backups"] as const;

export const backupsQuery = queryOptions({
  queryKey: backupsKey,
  queryFn: async () => unwrap(await commands.backupList()),
  staleTime: 0,
});

/** Backups are this computer's business, and its administrators'. */
export function keepsBackups(session: Session): boolean {
  return session.server.kind === "local" && session.role === "administrator";
}

export const reasons: Record<Backup["made"], string> = {
  daily: "Automatic",
  by_hand: "Made by hand",
  before_restore: "Before another was restored",
  before_move: "Before the move to a server",
};

/** `12.4 MB`: a figure to compare with, in the units of file managers. */
export function sizeOf(bytes: number, number: (value: number) => string): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${number(step === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10)} ${units[step]}`;
}
