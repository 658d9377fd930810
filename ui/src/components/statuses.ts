/** The statuses' words, order and colours. What may follow what is the shell's answer, not ours. */
import type { Status } from "@/ipc/types";

export const statuses = [
  "inquiry",
  "planning",
  "preparation",
  "in_progress",
  "completed",
  "follow_up",
  "cancelled",
] as const satisfies readonly Status[];

/** The way of an event that goes well. */
export const lifecycle = statuses.filter((status) => status !== "cancelled");

/** What stands in the place of a word that only a newer Cloche knows. */
export const newer = "Needs a newer Cloche";

const words: Record<Status, string> = {
  inquiry: "Inquiry",
  planning: "Planning",
  preparation: "Preparation",
  in_progress: "In progress",
  completed: "Completed",
  follow_up: "Follow-up",
  cancelled: "Cancelled",
};

const colours: Record<Status, string> = {
  inquiry: "text-s-inquiry",
  planning: "text-s-planning",
  preparation: "text-s-preparation",
  in_progress: "text-s-progress",
  completed: "text-s-completed",
  follow_up: "text-s-followup",
  cancelled: "text-s-cancelled",
};

/** The status as a word; one that a newer Cloche set and this one does not know, as that. */
export function statusWord(status: string): string {
  return words[status as Status] ?? newer;
}

export function statusColour(status: string): string {
  return colours[status as Status] ?? "text-text-2";
}

/** A list of statuses from untrusted text such as the address. */
export function isStatus(value: unknown): value is Status {
  return (statuses as readonly unknown[]).includes(value);
}
