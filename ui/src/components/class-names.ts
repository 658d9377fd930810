import { type ClassValue, clsx } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

/** `text-lg` is a size and `text-text-2` a colour: tell them apart, or one would silently drop the other. */
const merge = extendTailwindMerge({
  extend: { classGroups: { "font-size": [{ text: ["xs", "sm", "base", "lg", "xl"] }] } },
});

/** Joins class names; later ones win over earlier ones of the same kind. */
export function cx(...parts: ClassValue[]): string {
  return merge(clsx(parts));
}
