/** A client's form: what may be typed, and the shell's shape of it. */
import { z } from "@/components/zod";
import type { ClientForm, ClientPage } from "@/ipc/types";

const short = (most: number) => z.string().trim().max(most, `At most ${most} characters.`);

export const clientSchema = z.object({
  company_name: short(255).min(1, "Give the client a name."),
  contact_name: short(255),
  email: short(255),
  phone: short(50),
  address: short(500),
  notes: short(10_000),
});
export type ClientValues = z.infer<typeof clientSchema>;

export const emptyClient: ClientValues = {
  company_name: "",
  contact_name: "",
  email: "",
  phone: "",
  address: "",
  notes: "",
};

const orNull = (text: string) => (text.trim() === "" ? null : text.trim());

export function toClientForm(values: ClientValues): ClientForm {
  return {
    company_name: values.company_name.trim(),
    contact_name: orNull(values.contact_name),
    email: orNull(values.email),
    phone: orNull(values.phone),
    address: orNull(values.address),
    notes: orNull(values.notes),
  };
}

export function fromClientPage(page: ClientPage): ClientValues {
  return {
    company_name: page.row.company_name,
    contact_name: page.row.contact_name ?? "",
    email: page.row.email ?? "",
    phone: page.row.phone ?? "",
    address: page.address ?? "",
    notes: page.notes ?? "",
  };
}
