/** The task form's own values, and how they become the shell's form and back. */
import { z } from "@/components/zod";
import type { EventTask, TaskForm } from "@/ipc/types";
import { wallChoice, wallTime } from "../wall-time";
import { taskCategories } from "./words";

const option = z.object({ value: z.string(), label: z.string(), note: z.string().nullish() });

export const taskSchema = z
  .object({
    title: z.string().trim().min(1, "Say what is to be done.").max(255, "At most 255 characters."),
    description: z.string().trim().max(10_000, "At most 10 000 characters."),
    category: z.enum(taskCategories),
    due_day: z.string().regex(/^$|^\d{4}-\d\d-\d\d$/, "That is not a date."),
    due_time: z.string().regex(/^$|^\d\d:\d\d$/, "That is not a time of day."),
    due_choice: z.enum(["earlier", "later"]).nullable(),
    assignee: option.nullable(),
    prerequisites: z.array(option),
  })
  .refine((form) => form.due_day !== "" || form.due_time === "", {
    path: ["due_day"],
    message: "Give a date, or leave out the time too.",
  })
  .refine((form) => form.due_time !== "" || form.due_day === "", {
    path: ["due_time"],
    message: "Give a time.",
  });
export type TaskValues = z.infer<typeof taskSchema>;

export const emptyTask: TaskValues = {
  title: "",
  description: "",
  category: "pre_event",
  due_day: "",
  due_time: "",
  due_choice: null,
  assignee: null,
  prerequisites: [],
};

export function fromEventTask({ row, description, prerequisites }: EventTask): TaskValues {
  const [due_day = "", due_time = ""] = row.due_at ? wallTime(row.due_at, row.time_zone).split("T") : [];
  return {
    title: row.title,
    description: description ?? "",
    category: row.category,
    due_day,
    due_time,
    due_choice: row.due_at ? wallChoice(row.due_at, row.time_zone) : null,
    assignee: row.assigned_to ? { value: row.assigned_to, label: row.assigned_to_name ?? "…" } : null,
    prerequisites: prerequisites.map((task) => ({ value: task.id, label: task.title })),
  };
}

export function toTaskForm(values: TaskValues): TaskForm {
  const description = values.description.trim();
  const due = values.due_day !== "" && values.due_time !== "";
  return {
    title: values.title.trim(),
    description: description === "" ? null : description,
    category: values.category,
    due_local: due ? `${values.due_day}T${values.due_time}` : null,
    due_choice: due ? values.due_choice : null,
    assigned_to: values.assignee?.value ?? null,
    prerequisites: values.prerequisites.map((task) => task.value),
  };
}

/** The shell's field names → the form's. */
export const taskFieldNames = {
  due_at: "due_time",
  due_local: "due_time",
  due_choice: "due_time",
  assigned_to: "assignee",
  prerequisite_id: "prerequisites",
  task_dependencies: "prerequisites",
} as const;
