/** Light, dark, or as the system has it; the choice stays on this computer. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
const key = "cloche.theme";
const watchers = new Set<() => void>();

function stored(): Theme {
  const value = localStorage.getItem(key);
  return value === "light" || value === "dark" ? value : "system";
}

/** Puts the stored choice on the document; call once before the first paint. */
export function applyTheme(): void {
  const theme = stored();
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
}

export function setTheme(theme: Theme): void {
  if (theme === "system") {
    localStorage.removeItem(key);
  } else {
    localStorage.setItem(key, theme);
  }
  applyTheme();
  for (const notify of watchers) {
    notify();
  }
}

export function useTheme(): Theme {
  return useSyncExternalStore((notify) => {
    watchers.add(notify);
    return () => watchers.delete(notify);
  }, stored);
}
