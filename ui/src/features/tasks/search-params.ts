/** The Tasks screen's tab and filters as they stand in the address, and as the shell wants them. */
import { taskCategories } from "@/components/tasks/words";
import type { TaskCategory, TaskFilter, TaskSort } from "@/ipc/types";

const taskTabs = ["mine", "all", "overdue", "events"] as const;
export type TaskTab = (typeof taskTabs)[number];

export type TasksSearch = {
  tab?: TaskTab | undefined;
  state?: "due_today" | "completed" | "any" | undefined;
  category?: TaskCategory | undefined;
  /** A person's id, or `nobody`. */
  who?: string | undefined;
  event?: string | undefined;
  text?: string | undefined;
  archived?: "with" | undefined;
  sort?: TaskSort["by"] | undefined;
  desc?: boolean | undefined;
  /** Somebody came to make one. */
  new?: true | undefined;
};

const states = ["due_today", "completed", "any"] as const;
const sorts: TaskSort["by"][] = ["due_at", "title", "event", "assigned_to", "status"];
const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

let remembered: TasksSearch = {};

/** The tab and filters last looked through, so that coming back finds the list as it was left. */
export function rememberedTasksSearch(): TasksSearch {
  return remembered;
}

/** Takes what is understood from the address and drops the rest. */
export function readTasksSearch(raw: Record<string, unknown>): TasksSearch {
  const understood: TasksSearch = {
    tab: taskTabs.find((tab) => tab === raw.tab),
    state: states.find((state) => state === raw.state),
    category: taskCategories.find((category) => category === raw.category),
    who: text(raw.who),
    event: text(raw.event),
    // A search of digits only comes back from the address as a number.
    text: text(typeof raw.text === "number" ? String(raw.text) : raw.text),
    archived: raw.archived === "with" ? "with" : undefined,
    sort: sorts.find((sort) => sort === raw.sort),
    desc: typeof raw.desc === "boolean" ? raw.desc : undefined,
  };
  remembered = understood;
  return raw.new === true ? { ...understood, new: true } : understood;
}

export function toFilter(search: TasksSearch, tab: TaskTab): TaskFilter {
  return {
    scope: tab === "mine" ? "mine" : search.who === "nobody" ? "unassigned" : "all",
    state: tab === "overdue" ? "overdue" : (search.state ?? "open"),
    event_id: search.event ?? null,
    assigned_to: tab === "mine" || search.who === "nobody" ? null : (search.who ?? null),
    category: search.category ?? null,
    text: search.text ?? null,
    archived: search.archived ?? "without",
  };
}

/** By event under that tab, else what is due first comes first; what is done, the latest first. */
export function toSort(search: TasksSearch, tab: TaskTab): TaskSort {
  const by = search.sort ?? (tab === "events" ? "event" : "due_at");
  return { by, descending: search.desc ?? (by === "due_at" && search.state === "completed") };
}

export function isFiltered(search: TasksSearch): boolean {
  return Boolean(
    search.state || search.category || search.who || search.event || search.text || search.archived,
  );
}

export const cleared: Partial<TasksSearch> = {
  state: undefined,
  category: undefined,
  who: undefined,
  event: undefined,
  text: undefined,
  archived: undefined,
};
