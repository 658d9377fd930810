/** What is asked of whoever founds an office, on this computer or on a server. */
import { meetsPolicy } from "@/components/password-policy";
import { z } from "@/components/zod";

/** The organization and its first administrator. */
export const officeShape = {
  organization_name: z
    .string()
    .trim()
    .min(1, "Give your organization a name.")
    .max(255, "At most 255 characters."),
  your_name: z.string().trim().min(1, "Say who you are; it stands beside what you do.").max(255),
  email: z.email("That is not an e-mail address."),
  password: z.string().refine(meetsPolicy, "The password does not meet both points yet."),
  time_zone: z.string().min(1, "Choose a time zone."),
  currency: z.string().min(1, "Choose a currency."),
  locale: z.string().min(1, "Choose how dates are written."),
};

export const officeSchema = z.object(officeShape);
export type OfficeForm = z.infer<typeof officeSchema>;

/** Nothing yet; the rest is guessed. */
export const noOffice = { organization_name: "", your_name: "", email: "", password: "" };
