/** The spreadsheets of a small made-up office: headings, accents, quotes and line breaks as such offices have them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const CLIENTS = [
  [
    "García & Hijos",
    "Ana García",
    "ana.garcia@example.org",
    "+34 600 001 245",
    "Calle Mayor 1, 28013 Madrid",
    "",
  ],
  [
    "Nguyen, Okafor and Partners",
    "Noor Nguyen",
    "noor@example.org",
    "",
    "C/ Sol 4\n2º izq.\n41001 Sevilla",
    'Said: "no nuts"',
  ],
  ["Fundación Łukasik", "Małgorzata Łukasik", "m.lukasik@example.org", "0034-91-5550001", "", "Pays late"],
  ["Hotel Østergaard", "Søren Østergaard", "soren@example.org", "", "", "Prefers phone; never Mondays"],
  ["O'Brien Weddings", "Siân O'Brien", "sian@example.org", "+34 600 002 111", "", ""],
];
const TYPES = ["wedding", "corporate lunch", "gala dinner", "conference", "tasting"];
const VENUES = ["Palacio de Cristal", "Hotel Miramar, Salón Azul", "Ático “La Luz”", "Boathouse; dock 3"];

function csv(rows) {
  const cell = (value) =>
    /[",\n\r]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

const two = (number) => String(number).padStart(2, "0");

/** `days` from now, at `hour`, as wall time. */
function wall(days, hour) {
  const day = new Date(Date.now() + days * 86_400_000);
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())} ${two(hour)}:00`;
}

/** The lifecycle of a real book: what is past is done, what is far off is an inquiry. */
function statusAt(days) {
  if (days < 0) {
    return days % 3 === 0 ? "archived" : "completed";
  }
  return ["in_progress", "preparation", "planning", "inquiry"][Math.min(3, Math.floor(days / 10))];
}

/** Writes clients.csv and events.csv into `folder`, with `more` events beside the usual; answers their paths and what is in them. */
export function writeBooks(folder, { events = 40, more = [] } = {}) {
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: events }, (_, index) => {
    // None within a day of now: a story must not change with the hour it runs at.
    const days = index * 2 - Math.floor(events / 2) * 2 + 1;
    const client = CLIENTS[index % CLIENTS.length][0];
    const type = TYPES[index % TYPES.length];
    const name = `${type[0].toUpperCase()}${type.slice(1)} ${client.split(" ")[0]} #${index + 1}`;
    return [
      index + 1,
      name,
      client,
      type,
      wall(days, 12),
      wall(days, 17),
      index % 7 === 6 ? "Europe/London" : "Europe/Madrid",
      VENUES[index % VENUES.length],
      20 + index * 5,
      statusAt(days),
    ];
  });
  const paths = { clients: join(folder, "clients.csv"), events: join(folder, "events.csv") };
  writeFileSync(
    paths.clients,
    csv([["Company", "Contact", "Email", "Phone", "Address", "Notes"], ...CLIENTS]),
  );
  writeFileSync(
    paths.events,
    csv([
      ["No", "Event", "Client", "Type", "Start", "End", "Time zone", "Venue", "Guests", "Status"],
      ...rows,
      ...more,
    ]),
  );
  const named = (status) => rows.filter((row) => row[9] === status).map((row) => row[1]);
  return { paths, clients: CLIENTS.length, events: rows.length + more.length, named };
}

const WEDDING = "Boda Østergaard";
const BANQUET = "Banquet of the guild";
const TASTING = "Tasting at dock 3";

/** Writes all books of an office into `folder`: tomorrow three events share people and tables, and two bookings clash. */
export function writeOffice(folder) {
  const hours = (from, until) => [wall(1, from), wall(1, until)];
  const event = (number, name, client, type, [starts, ends], venue, guests, status) => [
    number,
    name,
    client,
    type,
    starts,
    ends,
    "Europe/Madrid",
    venue,
    guests,
    status,
  ];
  const books = writeBooks(folder, {
    more: [
      event(41, WEDDING, "Hotel Østergaard", "wedding", hours(16, 23), "Palacio de Cristal", 120, "planning"),
      event(42, BANQUET, "García & Hijos", "gala dinner", hours(17, 22), "Hotel Miramar", 90, "preparation"),
      event(
        43,
        TASTING,
        "O'Brien Weddings",
        "tasting",
        hours(20, 23),
        "Boathouse; dock 3",
        20,
        "preparation",
      ),
    ],
  });
  const resources = [
    ["Zoë Nguyen", "chef", "staff", 1],
    ["Tomás Peña", "waiter", "staff", 1],
    ["Amara Silva", "bartender", "staff", 1],
    ["Round tables", "", "equipment", 20],
    ["Linen", "", "material", 200],
  ];
  const tasks = [
    [1, 20, "Polish the silver", "pre_event", wall(-2, 10), "pending", "Amara Silva", ""],
    [2, 20, "Serve the mains", "during_event", wall(-1, 14), "completed", "Tomás Peña", 1],
    [3, 41, "Order the flowers", "pre_event", wall(1, 9), "pending", "Amara Silva", ""],
    [4, 42, "Write the place cards", "pre_event", wall(1, 12), "pending", "Tomás Peña", ""],
    [5, 43, "Chill the wine", "pre_event", wall(1, 18), "pending", "", ""],
  ];
  const assignments = [
    ["Zoë Nguyen", 42, 1, ...hours(17, 22)],
    ["Round tables", 42, 12, ...hours(17, 22)],
    ["Zoë Nguyen", 43, 1, ...hours(21, 23)],
    ["Round tables", 43, 15, ...hours(20, 23)],
    ["Amara Silva", 43, 1, ...hours(20, 23)],
  ];
  const write = (name, heading, rows) => writeFileSync(join(folder, name), csv([heading, ...rows]));
  write("resources.csv", ["Name", "Role", "Type", "Quantity"], resources);
  write(
    "tasks.csv",
    ["No", "Event no", "Task", "Category", "Due", "Status", "Assigned to", "After task"],
    tasks,
  );
  write("assignments.csv", ["Resource", "Event no", "Quantity", "From", "To"], assignments);
  writeFileSync(join(folder, "readme.txt"), "Where we keep our books.\n");
  return {
    ...books,
    folder,
    resources: resources.length,
    tasks: tasks.length,
    bookings: assignments.length,
    clashes: 2,
    wedding: WEDDING,
    banquet: BANQUET,
    tasting: TASTING,
  };
}
