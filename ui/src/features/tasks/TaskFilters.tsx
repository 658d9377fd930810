import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { Button } from "@/components/Button";
import { cx } from "@/components/class-names";
import { EventPicker } from "@/components/EventPicker";
import { eventPageQuery } from "@/components/event-page";
import { Select } from "@/components/Select";
import { TextFilter } from "@/components/TextFilter";
import { AssigneePicker } from "@/components/tasks/AssigneePicker";
import { personQuery } from "@/components/tasks/queries";
import { categoryWord, taskCategories } from "@/components/tasks/words";
import { cleared, isFiltered, type TasksSearch, type TaskTab } from "./search-params";

type Props = { search: TasksSearch; tab: TaskTab; onChange: (patch: Partial<TasksSearch>) => void };

const on = (active: unknown) => cx("h-8", active ? "border-accent bg-accent-soft" : undefined);

/** Narrows the list: by text, how the tasks stand, when they are done, by whom, and for which event. */
export function TaskFilters({ search, tab, onChange }: Props) {
  return (
    <search
      aria-label="Filter tasks"
      className="flex flex-wrap items-center gap-2 border-b border-line px-5 py-2"
    >
      <TextFilter
        label="Search tasks by text"
        placeholder="Task, event, person…"
        text={search.text ?? ""}
        onChange={(text) => onChange({ text: text === "" ? undefined : text })}
      />
      {tab === "overdue" ? null : (
        <Select
          label="State"
          className={cx(on(search.state), "w-32")}
          value={search.state ?? "open"}
          onChange={(state) => onChange({ state: state === "open" ? undefined : state })}
          options={[
            { value: "open", label: "Open" },
            { value: "due_today", label: "Due today" },
            { value: "completed", label: "Completed" },
            { value: "any", label: "Any state" },
          ]}
        />
      )}
      <Select
        label="When"
        className={cx(on(search.category), "w-40")}
        value={search.category ?? ""}
        onChange={(category) => onChange({ category: category === "" ? undefined : category })}
        options={[
          { value: "", label: "Any time" },
          ...taskCategories.map((value) => ({ value, label: categoryWord(value) })),
        ]}
      />
      {tab === "mine" ? null : <WhoFilter search={search} onChange={onChange} />}
      <EventFilter search={search} onChange={onChange} />
      <Select
        label="Archived"
        className={cx(on(search.archived), "w-34")}
        value={search.archived ?? "without"}
        onChange={(archived) => onChange({ archived: archived === "with" ? "with" : undefined })}
        options={[
          { value: "without", label: "Not archived" },
          { value: "with", label: "With archived" },
        ]}
      />
      {isFiltered(search) ? (
        <Button kind="ghost" onClick={() => onChange(cleared)}>
          <X size={14} aria-hidden="true" />
          Clear filters
        </Button>
      ) : null}
    </search>
  );
}

const nobody = { value: "nobody", label: "Nobody" };

function WhoFilter({ search, onChange }: Omit<Props, "tab">) {
  const id = search.who === "nobody" ? null : (search.who ?? null);
  const person = useQuery(personQuery(id));
  const value = search.who === "nobody" ? nobody : id ? { value: id, label: person.data?.name ?? "…" } : null;
  return (
    <div className="w-36">
      <AssigneePicker
        control={{ "aria-label": "Assigned to" }}
        placeholder="Anybody"
        first={[nobody]}
        className={on(search.who)}
        value={value}
        onChange={(next) => onChange({ who: next?.value })}
      />
    </div>
  );
}

function EventFilter({ search, onChange }: Omit<Props, "tab">) {
  const event = useQuery({ ...eventPageQuery(search.event ?? ""), enabled: search.event !== undefined });
  return (
    <div className="w-44">
      <EventPicker
        control={{ "aria-label": "Event" }}
        placeholder="Any event"
        className={on(search.event)}
        value={search.event ? { value: search.event, label: event.data?.row.name ?? "…" } : null}
        onChange={(next) => onChange({ event: next?.value })}
      />
    </div>
  );
}
