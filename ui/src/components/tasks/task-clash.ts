/** Two people edited one task: what each made of it, field by field, in words. */
import type { ConflictField, Keeps } from "../ConflictDialog";
import type { Clash } from "../conflicts";
import type { Format } from "../format";
import type { TaskValues } from "./task-form";
import { categoryWord } from "./words";

const labels = {
  title: "Title",
  description: "Description",
  due_at: "Due",
  category: "When",
  assigned_to: "Assigned to",
  prerequisites: "Waits for",
} as const;
type Column = keyof typeof labels;

/** The form's fields that one column stands for. */
const parts: Record<Column, (keyof TaskValues)[]> = {
  title: ["title"],
  description: ["description"],
  due_at: ["due_day", "due_time", "due_choice"],
  category: ["category"],
  assigned_to: ["assignee"],
  prerequisites: ["prerequisites"],
};
const columns = Object.keys(labels) as Column[];

const columnOf = (field: string) => field.replace("due_local", "due_at").replace("due_choice", "due_at");

function written(column: Column, values: TaskValues, format: Format): string {
  switch (column) {
    case "due_at":
      return values.due_day ? `${format.day(`${values.due_day}T12:00:00Z`, "UTC")}, ${values.due_time}` : "";
    case "category":
      return categoryWord(values.category);
    case "assigned_to":
      return values.assignee?.label ?? "";
    case "prerequisites":
      return values.prerequisites.map((task) => task.label).join(", ");
    default:
      return values[column];
  }
}

type Sides = { mine: TaskValues; theirs: TaskValues; before: TaskValues };

export function taskClashFields(clashes: Clash[], sides: Sides, format: Format): ConflictField[] {
  const clashing = new Set(clashes.map((clash) => columnOf(clash.field)));
  return columns
    .filter((column) => clashing.has(column))
    .map((column) => ({
      name: column,
      label: labels[column],
      mine: written(column, sides.mine, format),
      theirs: written(column, sides.theirs, format),
      before: written(column, sides.before, format) || null,
    }));
}

/** What only they changed is theirs, what only I changed is mine, and where both did the person chose. */
export function mergeTask({ mine, theirs, before }: Sides, keeps: Keeps): TaskValues {
  const merged = { ...theirs };
  for (const column of columns) {
    const names = parts[column];
    const untouched = names.every((name) => JSON.stringify(mine[name]) === JSON.stringify(before[name]));
    if ((keeps[column] ?? (untouched ? "theirs" : "mine")) === "mine") {
      for (const name of names) {
        Object.assign(merged, { [name]: mine[name] });
      }
    }
  }
  return merged;
}
