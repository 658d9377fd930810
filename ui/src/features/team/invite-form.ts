/** Whom to invite: what may be typed. */
import type { Option } from "@/components/Combobox";
import { z } from "@/components/zod";
import type { Role } from "@/ipc/types";

export const inviteSchema = z.object({
  email: z.string().trim().pipe(z.email("That is not an e-mail address.")),
  display_name: z
    .string()
    .trim()
    .min(1, "Give their name; it stands beside what they do.")
    .max(255, "At most 255 characters."),
  role: z.custom<Role>(),
  resource: z.custom<Option | null>(),
});
export type InviteValues = z.infer<typeof inviteSchema>;

export const nobodyYet: InviteValues = { email: "", display_name: "", role: "staff", resource: null };
