/** Two people edited one client: both values in words, and the form after the decision. */

import type { ConflictField, Keeps } from "@/components/ConflictDialog";
import type { ClientValues } from "@/components/client-form";
import { asText, type Clash } from "@/components/conflicts";

const labels: Record<keyof ClientValues, string> = {
  company_name: "Company name",
  contact_name: "Contact",
  email: "E-mail",
  phone: "Phone",
  address: "Address",
  notes: "Notes",
};

const isField = (name: string): name is keyof ClientValues => name in labels;

/** `theirs` as the shell reported it, laid over the newest state that this desk has read. */
export function theirClient(fresh: ClientValues, clashes: Clash[]): ClientValues {
  const theirs = { ...fresh };
  for (const clash of clashes) {
    if (isField(clash.field)) {
      theirs[clash.field] = asText(clash.theirs);
    }
  }
  return theirs;
}

export function clientClashFields(clashes: Clash[], mine: ClientValues): ConflictField[] {
  return clashes.map(({ field, theirs, yours, before }) => ({
    name: field,
    label: isField(field) ? labels[field] : field.replaceAll("_", " "),
    mine: isField(field) ? mine[field] : asText(yours),
    theirs: asText(theirs),
    before: asText(before) || null,
  }));
}

export function mergeClient(
  values: { mine: ClientValues; theirs: ClientValues; before: ClientValues },
  keeps: Keeps,
): ClientValues {
  const merged = { ...values.theirs };
  for (const name of Object.keys(labels).filter(isField)) {
    const keep = keeps[name] ?? (values.mine[name] === values.before[name] ? "theirs" : "mine");
    if (keep === "mine") {
      merged[name] = values.mine[name];
    }
  }
  return merged;
}
