/** Roles as screens name them. */
import type { Role } from "@/ipc/types";

export const roles: readonly Role[] = ["administrator", "manager", "staff"];

const words: Record<Role, string> = {
  administrator: "Administrator",
  manager: "Manager",
  staff: "Staff",
};

export const roleWord = (role: Role): string => words[role];

/** What being that means. */
export const roleMeaning: Record<Role, string> = {
  administrator: "May do everything, and decides who else may.",
  manager: "Sees everything, and does what the permissions allow.",
  staff: "Sees only the events they work on.",
};
