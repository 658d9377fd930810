/** The resource form's own values, and how they become the shell's form and back. */
import type { Option } from "@/components/Combobox";
import type { ConflictField, Keeps } from "@/components/ConflictDialog";
import { asText, type Clash } from "@/components/conflicts";
import { typeWord } from "@/components/schedule/words";
import { z } from "@/components/zod";
import type { ResourceForm, ResourcePage } from "@/ipc/types";

const most = (length: number) => z.string().trim().max(length, `At most ${length} characters.`);
const whole = (text: string) => (/^\d{1,6}$/.test(text) ? Number(text) : null);
const minutes = z
  .string()
  .trim()
  .refine((text) => {
    const value = text === "" ? 0 : whole(text);
    return value !== null && value <= 1440;
  }, "Minutes, from 0 to 1440.");

export const resourceSchema = z
  .object({
    name: most(255).min(1, "Give it a name."),
    type: z.enum(["staff", "equipment", "materials"]),
    role: most(100),
    quantity: z.string().trim(),
    setup: minutes,
    teardown: minutes,
    is_available: z.boolean(),
    user: z.object({ value: z.string(), label: z.string(), note: z.string().nullish() }).nullable(),
    notes: most(10_000),
  })
  .refine(
    ({ type, quantity }) => {
      const value = whole(quantity);
      return type === "staff" || (value !== null && value >= 1 && value <= 100_000);
    },
    { path: ["quantity"], message: "A number from 1 to 100 000." },
  );
export type ResourceValues = z.infer<typeof resourceSchema>;

export const emptyResource: ResourceValues = {
  name: "",
  type: "staff",
  role: "",
  quantity: "1",
  setup: "",
  teardown: "",
  is_available: true,
  user: null,
  notes: "",
};

export function fromResourcePage({ row, notes }: ResourcePage): ResourceValues {
  const some = (value: number) => (value === 0 ? "" : String(value));
  const user: Option | null = row.user_id
    ? { value: row.user_id, label: row.user_name ?? "a colleague", note: null }
    : null;
  return {
    name: row.name,
    type: row.type,
    role: row.role ?? "",
    quantity: String(row.quantity),
    setup: some(row.setup_minutes),
    teardown: some(row.teardown_minutes),
    is_available: row.is_available,
    user,
    notes: notes ?? "",
  };
}

export function toResourceForm(values: ResourceValues): ResourceForm {
  const orNull = (text: string) => (text.trim() === "" ? null : text.trim());
  const staff = values.type === "staff";
  return {
    name: values.name.trim(),
    type: values.type,
    role: orNull(values.role),
    // A person is one.
    quantity: staff ? 1 : Number(values.quantity),
    setup_minutes: Number(values.setup),
    teardown_minutes: Number(values.teardown),
    is_available: values.is_available,
    user_id: staff ? (values.user?.value ?? null) : null,
    notes: orNull(values.notes),
  };
}

/** The shell's field names → the form's. */
export const fieldNames = {
  setup_minutes: "setup",
  teardown_minutes: "teardown",
  user_id: "user",
} as const;

const labels: Record<keyof ResourceForm, string> = {
  name: "Name",
  type: "Type",
  role: "Role",
  quantity: "Quantity",
  setup_minutes: "Setup",
  teardown_minutes: "Teardown",
  is_available: "Availability",
  user_id: "Sign-in",
  notes: "Notes",
};
const isColumn = (name: string): name is keyof ResourceForm => name in labels;
const nameOf = (column: keyof ResourceForm): keyof ResourceValues =>
  (fieldNames as Record<string, keyof ResourceValues>)[column] ?? (column as keyof ResourceValues);

function written(column: keyof ResourceForm, values: ResourceValues): string {
  switch (column) {
    case "type":
      return typeWord(values.type);
    case "is_available":
      return values.is_available ? "Available" : "Not available";
    case "user_id":
      return values.user?.label ?? "nobody's";
    case "setup_minutes":
    case "teardown_minutes":
      return `${asText(values[nameOf(column)]) || "0"} minutes`;
    default:
      return asText(values[nameOf(column)]);
  }
}

type Versions = { mine: ResourceValues; theirs: ResourceValues; before: ResourceValues };

/** Two people edited one resource: what each made of it, in words. */
export function clashFields(clashes: Clash[], { mine, theirs, before }: Versions): ConflictField[] {
  return clashes
    .map((clash) => clash.field)
    .filter(isColumn)
    .map((column) => ({
      name: column,
      label: labels[column],
      mine: written(column, mine),
      theirs: written(column, theirs),
      before: written(column, before) || null,
    }));
}

/** The form after the decision; what only one of the two changed stands as that one made it. */
export function mergeResource({ mine, theirs, before }: Versions, keeps: Keeps): ResourceValues {
  const merged = { ...theirs };
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  for (const column of Object.keys(labels).filter(isColumn)) {
    const name = nameOf(column);
    const keep = keeps[column] ?? (same(mine[name], before[name]) ? "theirs" : "mine");
    if (keep === "mine") {
      Object.assign(merged, { [name]: mine[name] });
    }
  }
  return merged;
}
