/** The Resources screens' filters as they stand in the address, and as the shell wants them. */
import { aboutInstant } from "@/components/schedule/booking-window";
import { resourceTypes } from "@/components/schedule/words";
import type { ResourceFilter, ResourceSort, ResourceType } from "@/ipc/types";

export type ResourcesSearch = {
  type?: ResourceType[] | undefined;
  text?: string | undefined;
  available?: "yes" | "no" | undefined;
  /** Free between these two wall times of the organization. */
  from?: string | undefined;
  until?: string | undefined;
  sort?: ResourceSort["by"] | undefined;
  desc?: boolean | undefined;
};

export type ResourceSearch = {
  tab?: "tasks" | "activity" | undefined;
  view?: "month" | undefined;
  /** A day of the week or month shown. */
  day?: string | undefined;
};

const sorts: ResourceSort["by"][] = ["name", "type", "role", "quantity"];
const text = (value: unknown) =>
  typeof value === "number" ? String(value) : typeof value === "string" && value !== "" ? value : undefined;
const wall = (value: unknown) =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(value) ? value : undefined;

let remembered: ResourcesSearch = {};

/** The filters last looked through, so that coming back finds the list as it was left. */
export function rememberedResourcesSearch(): ResourcesSearch {
  return remembered;
}

/** Takes what is understood from the address and drops the rest. */
export function readResourcesSearch(raw: Record<string, unknown>): ResourcesSearch {
  const given = Array.isArray(raw.type) ? raw.type : [];
  const type = resourceTypes.filter((one) => given.includes(one));
  const [from, until] = [wall(raw.from), wall(raw.until)];
  const both = from !== undefined && until !== undefined && until > from;
  remembered = {
    type: type.length > 0 ? type : undefined,
    text: text(raw.text),
    available: raw.available === "yes" || raw.available === "no" ? raw.available : undefined,
    from: both ? from : undefined,
    until: both ? until : undefined,
    sort: sorts.find((sort) => sort === raw.sort),
    desc: typeof raw.desc === "boolean" ? raw.desc : undefined,
  };
  return remembered;
}

export function readResourceSearch(raw: Record<string, unknown>): ResourceSearch {
  return {
    tab: raw.tab === "tasks" || raw.tab === "activity" ? raw.tab : undefined,
    view: raw.view === "month" ? "month" : undefined,
    day: typeof raw.day === "string" && /^\d{4}-\d\d-\d\d$/.test(raw.day) ? raw.day : undefined,
  };
}

export function toFilter(search: ResourcesSearch, zone: string): ResourceFilter {
  return {
    types: search.type ?? [],
    text: search.text ?? null,
    available: search.available ?? "any",
    free_from: search.from ? aboutInstant(search.from, zone) : null,
    free_until: search.until ? aboutInstant(search.until, zone) : null,
  };
}

export function toSort(search: ResourcesSearch): ResourceSort {
  return { by: search.sort ?? "name", descending: search.desc ?? false };
}

export function isFiltered(search: ResourcesSearch): boolean {
  return Boolean(search.type || search.text || search.available || search.from);
}

export const cleared: Partial<ResourcesSearch> = {
  type: undefined,
  text: undefined,
  available: undefined,
  from: undefined,
  until: undefined,
};
