/** Backups of the invented office, which lives on the computer of whoever looks. */
import type { Backup, BackupContents, Backups, OfficeMoved } from "@/ipc/types";
import type { FakeDesk } from "./fake-desk";
import type { Handlers } from "./fake-handlers";

export type FakeBackups = { list: Backups; contents: BackupContents; moved: OfficeMoved };

const at = (day: number) => `2026-11-${String(day).padStart(2, "0")}T07:04:00Z`;
const backup = (day: number, made: Backup["made"]): Backup => ({
  name: `2026-11-${String(day).padStart(2, "0")}T070400Z-${made}.cloche-backup`,
  written_at: at(day),
  made,
  bytes: 1_240_000 + day * 10_000,
});

export function makeBackups(): FakeBackups {
  return {
    list: {
      items: [
        backup(20, "daily"),
        backup(19, "daily"),
        backup(18, "by_hand"),
        backup(18, "daily"),
        backup(17, "before_restore"),
      ],
      folder: "/home/pilar/.local/share/Cloche/backups",
      keeps: 14,
      moved: null,
    },
    contents: {
      organization_name: "Olivar Catering",
      written_at: at(18),
      clients: 23,
      events: 64,
      tasks: 310,
      bookings: 128,
      people: [
        { email: "pilar@olivar.example", display_name: "Pilar Novák", role: "administrator" },
        { email: "marco@olivar.example", display_name: "Marco Ibáñez", role: "manager" },
      ],
      lost: { changes: 12, people: ["Marco Ibáñez", "Pilar Novák"], last_at: at(20) },
    },
    moved: {
      place: "db.olivar.example",
      server_link: "cloche://server?host=db.olivar.example",
      rows: 4210,
      events: 64,
      links: [
        {
          display_name: "Pilar Novák",
          email: "pilar@olivar.example",
          role: "administrator",
          link: "cloche://join?host=db.olivar.example&token=1",
          expires_at: at(27),
        },
        {
          display_name: "Marco Ibáñez",
          email: "marco@olivar.example",
          role: "manager",
          link: "cloche://join?host=db.olivar.example&token=2",
          expires_at: at(27),
        },
      ],
    },
  };
}

export function backupHandlers(desk: FakeDesk): Handlers {
  const closed = (place: string) => {
    desk.backups.list = { ...desk.backups.list, moved: { place, moved_at: at(20) } };
  };
  return {
    backup_list: () => desk.backups.list,
    backup_now: () => {
      const made = { ...backup(21, "by_hand"), bytes: 1_500_000 };
      desk.backups.list = { ...desk.backups.list, items: [made, ...desk.backups.list.items] };
      return made;
    },
    backup_save: () => ({
      file_name: "Olivar Catering 2026-11-20.cloche-backup",
      bytes: 1_500_000,
      events: 64,
    }),
    backup_pick: () => desk.backups.contents,
    backup_contents: () => desk.backups.contents,
    backup_restore: () => ({
      written_at: desk.backups.contents.written_at,
      safety: backup(20, "before_restore"),
    }),
    first_run_restore: () => {
      desk.state = { phase: "ready", session: desk.session };
      return desk.state;
    },
    office_move: () => {
      closed(desk.backups.moved.place);
      return desk.backups.moved;
    },
    office_move_finish: () => {
      closed(desk.backups.moved.place);
      return desk.backups.list.moved;
    },
    office_moved_to: () => desk.backups.list.moved,
    office_open_again: () => {
      desk.backups.list = { ...desk.backups.list, moved: null };
      return null;
    },
  };
}
