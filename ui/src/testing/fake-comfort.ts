/** This computer's choices, links and diagnostics, invented. */
import type { Arrival, Comfort, ComfortChoice, Diagnostics } from "@/ipc/types";
import type { FakeDesk } from "./fake-desk";
import type { Handlers } from "./fake-handlers";

export type FakeComfort = { choices: Comfort; waiting: Arrival | null; diagnostics: Diagnostics };

export function makeComfort(): FakeComfort {
  const lines: Diagnostics["lines"] = [
    { level: "plain", text: "2026-11-20T13:30:00.000000Z  INFO desk::open: the local copy is open" },
    { level: "warning", text: "2026-11-20T13:31:00.000000Z  WARN desk::live: asked <host> in vain" },
    { level: "error", text: "2026-11-20T13:32:00.000000Z ERROR desk::error: a fault was shown" },
  ];
  const facts = [
    { name: "Cloche", value: "0.1.0" },
    { name: "System", value: "Debian GNU/Linux 12 (bookworm), x86_64" },
    { name: "Database", value: "PostgreSQL 17.10 on this computer" },
    { name: "Sync", value: "up to date, as of 2026-11-20 13:32 UTC" },
    { name: "Local copies", value: "1 (4.2 MiB)" },
  ];
  return {
    choices: {
      autostart: { on: false, reason: null },
      tray: { on: false, reason: null },
      close_to_tray: { on: false, reason: "Show what is due in the tray first." },
    },
    waiting: null,
    diagnostics: { facts, lines, text: "Cloche: 0.1.0\n\nthe lines of the log\n" },
  };
}

export function comfortHandlers(desk: FakeDesk): Handlers {
  return {
    comfort: () => desk.comfort.choices,
    comfort_set: ({ choice, on }: { choice: ComfortChoice; on: boolean }) => {
      const choices = { ...desk.comfort.choices, [choice]: { on, reason: null } };
      const tray = choices.tray.on;
      choices.close_to_tray = {
        on: choices.close_to_tray.on && tray,
        reason: tray ? null : "Show what is due in the tray first.",
      };
      desk.comfort.choices = choices;
      return choices;
    },
    arrival_take: () => {
      const { waiting } = desk.comfort;
      desk.comfort.waiting = null;
      return waiting;
    },
    diagnostics: () => desk.comfort.diagnostics,
  };
}
