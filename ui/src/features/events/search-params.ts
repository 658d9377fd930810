/** The Events screen's filters as they stand in the address, and as the shell wants them. */
import { isStatus } from "@/components/statuses";
import { dayStart } from "@/components/wall-time";
import type { EventFilter, EventSort, Status } from "@/ipc/types";

export type EventsSearch = {
  view?: "board" | undefined;
  status?: Status[] | undefined;
  client?: string | undefined;
  type?: string | undefined;
  /** First and last day, in the organization's zone. */
  from?: string | undefined;
  until?: string | undefined;
  text?: string | undefined;
  archived?: "only" | "with" | undefined;
  sort?: EventSort["by"] | undefined;
  desc?: boolean | undefined;
};

const sorts: EventSort["by"][] = ["starts_at", "name", "client", "status", "event_type", "attendees"];
const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
const day = (value: unknown) =>
  typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;

let remembered: EventsSearch = {};

/** The filters last looked through, so that coming back finds the list as it was left. */
export function rememberedEventsSearch(): EventsSearch {
  return remembered;
}

/** Takes what is understood from the address and drops the rest. */
export function readEventsSearch(raw: Record<string, unknown>): EventsSearch {
  const status = Array.isArray(raw.status) ? raw.status.filter(isStatus) : [];
  remembered = {
    view: raw.view === "board" ? "board" : undefined,
    status: status.length > 0 ? status : undefined,
    client: text(raw.client),
    // A type or a search of digits only comes back from the address as a number.
    type: text(typeof raw.type === "number" ? String(raw.type) : raw.type),
    from: day(raw.from),
    until: day(raw.until),
    text: text(typeof raw.text === "number" ? String(raw.text) : raw.text),
    archived: raw.archived === "only" || raw.archived === "with" ? raw.archived : undefined,
    sort: sorts.find((sort) => sort === raw.sort),
    desc: typeof raw.desc === "boolean" ? raw.desc : undefined,
  };
  return remembered;
}

export function toFilter(search: EventsSearch, zone: string): EventFilter {
  return {
    statuses: search.status ?? [],
    client_id: search.client ?? null,
    event_type: search.type ?? null,
    from: search.from ? dayStart(search.from, zone) : null,
    until: search.until ? dayStart(search.until, zone, 1) : null,
    text: search.text ?? null,
    archived: search.archived ?? "without",
  };
}

/** Unless asked otherwise, what is coming, the nearest first, above what has been; from a first day on, by date. */
export function toSort(search: EventsSearch): EventSort {
  const usual = search.from === undefined ? "coming" : "starts_at";
  return { by: search.sort ?? usual, descending: search.desc ?? false };
}

/** What a press on a heading leads to; the third on the date's leads back to what is coming first. */
export function afterPress(before: EventSort, next: EventSort): Pick<EventsSearch, "sort" | "desc"> {
  const isThird = next.by === "starts_at" && before.by === "starts_at" && before.descending;
  return isThird ? { sort: undefined, desc: undefined } : { sort: next.by, desc: next.descending };
}

export function isFiltered(search: EventsSearch): boolean {
  return Boolean(
    search.status ||
      search.client ||
      search.type ||
      search.from ||
      search.until ||
      search.text ||
      search.archived,
  );
}
