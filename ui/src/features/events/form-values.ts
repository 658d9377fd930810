/** The event form's own values, and how they become the shell's form and back. */

import { wallChoice, wallTime } from "@/components/wall-time";
import { z } from "@/components/zod";
import type { EventForm, EventPage } from "@/ipc/types";

const day = z
  .string()
  .min(1, "Give a date.")
  .regex(/^\d{4}-\d\d-\d\d$/, "That is not a date.");
const time = z
  .string()
  .min(1, "Give a time.")
  .regex(/^\d\d:\d\d$/, "That is not a time of day.");
const choice = z.enum(["earlier", "later"]).nullable();

export const eventSchema = z
  .object({
    client: z
      .object({ value: z.string(), label: z.string(), note: z.string().nullish() })
      .nullable()
      .refine((client): boolean => client !== null, "Choose a client."),
    name: z.string().trim().min(1, "Give the event a name.").max(255, "At most 255 characters."),
    event_type: z.string().trim().min(1, "Say what kind of event it is.").max(100, "At most 100 characters."),
    start_day: day,
    start_time: time,
    starts_choice: choice,
    end_day: day,
    end_time: time,
    ends_choice: choice,
    time_zone: z.string().min(1, "Choose a time zone."),
    location: z.string().trim().max(500, "At most 500 characters."),
    attendees: z
      .string()
      .trim()
      .regex(/^$|^[1-9]\d{0,5}$/, "A number of people, from 1 to 100 000.")
      .refine((text) => text === "" || Number(text) <= 100_000, "A number of people, from 1 to 100 000."),
    notes: z.string().trim().max(10_000, "At most 10 000 characters."),
  })
  .refine(
    // Within one zone the clock's order is the order in time, but for the hour that comes twice: the shell knows.
    (form) =>
      form.starts_choice !== null ||
      form.ends_choice !== null ||
      `${form.end_day}T${form.end_time}` > `${form.start_day}T${form.start_time}`,
    { path: ["end_time"], message: "It has to end after it starts." },
  );
export type EventValues = z.infer<typeof eventSchema>;

export function emptyEvent(zone: string): EventValues {
  return {
    client: null,
    name: "",
    event_type: "",
    start_day: "",
    start_time: "",
    starts_choice: null,
    end_day: "",
    end_time: "",
    ends_choice: null,
    time_zone: zone,
    location: "",
    attendees: "",
    notes: "",
  };
}

export function fromEventPage(page: EventPage): EventValues {
  const { row } = page;
  const [start_day = "", start_time = ""] = wallTime(row.starts_at, row.time_zone).split("T");
  const [end_day = "", end_time = ""] = wallTime(row.ends_at, row.time_zone).split("T");
  return {
    client: { value: row.client_id, label: row.client_name, note: page.client?.contact_name ?? null },
    name: row.name,
    event_type: row.event_type,
    start_day,
    start_time,
    starts_choice: wallChoice(row.starts_at, row.time_zone),
    end_day,
    end_time,
    ends_choice: wallChoice(row.ends_at, row.time_zone),
    time_zone: row.time_zone,
    location: row.location ?? "",
    attendees: row.estimated_attendees === null ? "" : String(row.estimated_attendees),
    notes: page.notes ?? "",
  };
}

/** No client chosen yet: the shell only judges the times then. */
const noClient = "00000000-0000-0000-0000-000000000000";

export function toEventForm(values: EventValues): EventForm {
  const orNull = (text: string) => (text.trim() === "" ? null : text.trim());
  return {
    client_id: values.client?.value ?? noClient,
    name: values.name.trim(),
    event_type: values.event_type.trim(),
    starts_local: `${values.start_day}T${values.start_time}`,
    starts_choice: values.starts_choice,
    ends_local: `${values.end_day}T${values.end_time}`,
    ends_choice: values.ends_choice,
    time_zone: values.time_zone,
    location: orNull(values.location),
    estimated_attendees: values.attendees === "" ? null : Number(values.attendees),
    notes: orNull(values.notes),
  };
}

/** The shell's field names → the form's. */
export const fieldNames = {
  client_id: "client",
  starts_at: "start_time",
  starts_local: "start_time",
  starts_choice: "start_time",
  ends_at: "end_time",
  ends_local: "end_time",
  ends_choice: "end_time",
  estimated_attendees: "attendees",
} as const;
