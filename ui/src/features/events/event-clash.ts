/** Two people edited one event: what each made of it, field by field, in words. */
import type { ConflictField, Keeps } from "@/components/ConflictDialog";
import { asText, type Clash } from "@/components/conflicts";
import type { Format } from "@/components/format";
import { wallChoice, wallTime } from "@/components/wall-time";
import { zoneName } from "@/components/zones";
import type { EventValues } from "./form-values";

const labels: Record<string, string> = {
  client_id: "Client",
  name: "Name",
  event_type: "Type",
  starts_at: "Start",
  ends_at: "End",
  time_zone: "Time zone",
  location: "Location",
  estimated_attendees: "Headcount",
  notes: "Notes",
};

/** The form's fields that one column stands for. */
const parts: Record<string, (keyof EventValues)[]> = {
  client_id: ["client"],
  name: ["name"],
  event_type: ["event_type"],
  starts_at: ["start_day", "start_time", "starts_choice"],
  ends_at: ["end_day", "end_time", "ends_choice"],
  time_zone: ["time_zone"],
  location: ["location"],
  estimated_attendees: ["attendees"],
  notes: ["notes"],
};

const columnOf = (field: string) => field.replace("_local", "_at");

/** `theirs` as the shell reported it, laid over the newest state that this desk has read. */
export function theirValues(fresh: EventValues, clashes: Clash[]): EventValues {
  const theirs = { ...fresh };
  const zone = asText(clashes.find((clash) => clash.field === "time_zone")?.theirs) || fresh.time_zone;
  for (const { field, theirs: value } of clashes) {
    const column = columnOf(field);
    const text = asText(value);
    if (column === "starts_at" || column === "ends_at") {
      const [name, time, choice] =
        column === "starts_at"
          ? (["start_day", "start_time", "starts_choice"] as const)
          : (["end_day", "end_time", "ends_choice"] as const);
      const instant = field.endsWith("_at");
      const wall = instant ? wallTime(text, zone) : text;
      theirs[name] = wall.slice(0, 10);
      theirs[time] = wall.slice(11, 16);
      theirs[choice] = instant ? wallChoice(text, zone) : null;
    } else if (column === "client_id") {
      if (theirs.client?.value !== text) {
        theirs.client = { value: text, label: "another client", note: null };
      }
    } else if (column === "estimated_attendees") {
      theirs.attendees = text;
    } else if (column in parts) {
      Object.assign(theirs, { [column]: text });
    }
  }
  return theirs;
}

function written(column: string, values: EventValues, format: Format): string {
  switch (column) {
    case "client_id":
      return values.client?.label ?? "";
    case "starts_at":
      return `${dayWords(values.start_day, format)}, ${values.start_time}`;
    case "ends_at":
      return `${dayWords(values.end_day, format)}, ${values.end_time}`;
    case "time_zone":
      return zoneName(values.time_zone);
    case "estimated_attendees":
      return values.attendees;
    default:
      return asText(values[column as keyof EventValues]);
  }
}

const dayWords = (day: string, format: Format) => format.day(`${day}T12:00:00Z`, "UTC");

export function clashFields(
  clashes: Clash[],
  values: { mine: EventValues; theirs: EventValues; before: EventValues },
  format: Format,
): ConflictField[] {
  const columns = [...new Set(clashes.map((clash) => columnOf(clash.field)))];
  return columns.map((column) => ({
    name: column,
    label: labels[column] ?? column.replaceAll("_", " "),
    mine: written(column, values.mine, format),
    theirs: written(column, values.theirs, format),
    before: written(column, values.before, format) || null,
  }));
}

/**
 * The form after the decision: what only they changed is theirs, what only I changed is mine, and where both did the
 * person chose. `before` is what I started from.
 */
export function mergeValues(
  values: { mine: EventValues; theirs: EventValues; before: EventValues },
  keeps: Keeps,
): EventValues {
  const { mine, theirs, before } = values;
  const merged = { ...theirs };
  for (const [column, names] of Object.entries(parts)) {
    const same = (a: EventValues, b: EventValues) =>
      names.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));
    const keep = keeps[column] ?? (same(mine, before) ? "theirs" : "mine");
    if (keep === "mine") {
      for (const name of names) {
        Object.assign(merged, { [name]: mine[name] });
      }
    }
  }
  return merged;
}
