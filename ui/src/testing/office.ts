/** An invented office: the same every time, near the given day. For tests and the preview only. */
import type { ActivityEntry, ClientRow, EventPage, EventRow, Status } from "@/ipc/types";

const families = [
  "Haddad",
  "Okafor",
  "Tanaka",
  "Peña",
  "Ibáñez",
  "Novák",
  "O'Brien",
  "Łukasik",
  "García",
  "Müller",
  "d'Angelo",
  "Nguyen",
];
const forms = [
  "Hotel {}",
  "{} & Hijos",
  "Universidad de {}",
  "Bodegas {}",
  "{} Weddings",
  "{} Architects, LLP",
];
const firsts = ["Zoë", "Ngozi", "Yuki", "Iñaki", "Lucía", "Björn", "Hanna", "Kofi", "Chloé", "Siân"];
const kinds = ["wedding", "gala dinner", "corporate lunch", "conference", "cocktail", "birthday", "tasting"];
const venues = [
  "Finca El Olivar",
  "Palacio de Cristal",
  "Museo Thyssen, atrio",
  "Hotel Miramar, Salón Azul",
  "Jardín Botánico",
  "Nave 7 (puerta B)",
  null,
];
const flow: Status[] = [
  "inquiry",
  "planning",
  "preparation",
  "in_progress",
  "completed",
  "follow_up",
  "cancelled",
];

export type OfficeEvent = EventRow & Pick<EventPage, "notes" | "cancel_reason" | "status_history">;
export type OfficeClient = ClientRow & { address: string | null; notes: string | null };
export type Office = { clients: OfficeClient[]; events: OfficeEvent[]; activity: ActivityEntry[] };

const at = <T>(list: readonly T[], index: number): T =>
  list[((index % list.length) + list.length) % list.length] as T;

export const idOf = (kind: "e" | "c" | "d" | "r" | "b" | "t", index: number) =>
  `0190${{ e: "e0e0", c: "c0c0", d: "d0d0", r: "ee00", b: "b0b0", t: "a5a5" }[kind]}-0000-7000-8000-${String(index).padStart(12, "0")}`;

function client(index: number): OfficeClient {
  const family = at(families, index);
  const name = at(forms, Math.floor(index / 2)).replace("{}", family);
  return {
    id: idOf("c", index),
    company_name: index < 12 ? name : `${name} ${index}`,
    contact_name: `${at(firsts, index * 3)} ${family}`,
    email: index % 5 === 4 ? null : `office${index}@example.org`,
    phone: index % 4 === 3 ? null : `+34 600 117 ${String(400 + index)}`,
    events: 0,
    next_event_at: null,
    last_event_at: null,
    address: index % 3 === 0 ? "Calle Mayor 2, 28013 Madrid" : null,
    notes: index % 4 === 0 ? "Prefers phone; never Mondays" : null,
  };
}

function history(status: Status, starts: number): EventPage["status_history"] {
  const end = status === "cancelled" ? 2 : flow.indexOf(status) + 1;
  const way = status === "cancelled" ? [...flow.slice(0, end), status] : flow.slice(0, end);
  return way.map((step, index) => ({
    old_status: index === 0 ? null : at(way, index - 1),
    new_status: step,
    changed_at: new Date(starts - (way.length - index) * 5 * 86_400_000).toISOString(),
    changed_by_name: at(["Hanna O'Brien", "Pilar Novák", "Kofi Johansson"], index),
    imported: index === 0 && starts % 2 === 0,
  }));
}

function event(index: number, clients: OfficeClient[], today: number): OfficeEvent {
  const customer = at(clients, index * 7 + 3);
  const kind = at(kinds, index);
  const days = index * 2 - 24;
  const starts = today + days * 86_400_000 + (11 + (index % 9)) * 3_600_000;
  const status =
    days < -12
      ? at(["follow_up", "completed", "cancelled"] as const, index)
      : days < 0
        ? "completed"
        : days < 2
          ? "in_progress"
          : at(flow.slice(0, 3), index);
  const family = customer.contact_name?.split(" ").at(-1) ?? "";
  return {
    id: idOf("e", index),
    name: `${kind[0]?.toUpperCase()}${kind.slice(1)} ${family}`,
    client_id: customer.id,
    client_name: customer.company_name,
    event_type: kind,
    starts_at: new Date(starts).toISOString(),
    ends_at: new Date(starts + (3 + (index % 4)) * 3_600_000).toISOString(),
    time_zone: index % 11 === 5 ? "Europe/London" : "Europe/Madrid",
    location: at(venues, index),
    status: index % 13 === 12 ? "cancelled" : status,
    estimated_attendees: index % 6 === 5 ? null : 40 + ((index * 37) % 240),
    is_archived: days < -18,
    notes:
      index % 2 === 0
        ? "Access by the north gate until 11:30. No nuts in the dessert kitchen.\nBand sets up at 16:00, needs two tables."
        : null,
    cancel_reason: status === "cancelled" || index % 13 === 12 ? "The client postponed to next year." : null,
    status_history: history(index % 13 === 12 ? "cancelled" : status, starts),
  };
}

export function makeOffice(size = 64, day = "2026-11-20"): Office {
  const today = Date.parse(`${day}T00:00:00Z`);
  const clients = Array.from({ length: Math.max(12, Math.floor(size / 4)) }, (_, index) => client(index));
  const events = Array.from({ length: size }, (_, index) => event(index, clients, today));
  for (const row of clients) {
    const own = events
      .filter((one) => one.client_id === row.id)
      .map((one) => one.starts_at)
      .sort();
    const now = new Date(today).toISOString();
    row.events = own.length;
    row.next_event_at = own.find((starts) => starts >= now) ?? null;
    row.last_event_at = own.filter((starts) => starts < now).at(-1) ?? null;
  }
  return { clients, events, activity: activity(today) };
}

function activity(today: number): ActivityEntry[] {
  const entry = (
    n: number,
    hours: number,
    actor: string,
    command: string,
    lines: string[],
    undone = false,
  ): ActivityEntry => ({
    n,
    command_id: idOf("d", n),
    command,
    actor_name: actor,
    at: new Date(today - hours * 3_600_000).toISOString(),
    lines,
    undone,
    may_undo: n > 101 && !undone,
  });
  return [
    entry(140, -9, "Hanna O'Brien", "event.edit", ["Changed headcount 140 → 150"]),
    entry(131, 7, "Pilar Novák", "event.advance", ["Moved from Planning to Preparation"]),
    entry(
      120,
      30,
      "Kofi Johansson",
      "event.edit",
      ["Changed location “Nave 7 (puerta B)” → “Finca El Olivar”", "Changed notes"],
      true,
    ),
    entry(101, 200, "Pilar Novák", "import.clients", ["Created by an import of 1 400 rows"]),
  ];
}
