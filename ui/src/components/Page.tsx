import { Search } from "lucide-react";
import type { ReactNode } from "react";
import { modifier } from "./notices";
import { useOpenPalette } from "./palette-opener";

/** A screen: its heading row, and below it what fills the window. */
export function Page({
  title,
  after,
  actions,
  children,
}: {
  title: ReactNode;
  /** Beside the heading. */
  after?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-14 items-center gap-3 border-b border-line px-5 py-2">
        <h1
          className="min-w-0 truncate text-lg font-semibold"
          title={typeof title === "string" ? title : undefined}
        >
          {title}
        </h1>
        {after}
        <div className="ml-auto flex shrink-0 items-center gap-2 print:hidden">
          <PaletteField />
          {actions}
        </div>
      </header>
      {children}
    </div>
  );
}

function PaletteField() {
  const open = useOpenPalette();
  return (
    <button
      type="button"
      onClick={open}
      aria-label="Find or do anything"
      aria-keyshortcuts="Control+K Meta+K"
      className="hit-44 flex h-8 w-56 items-center gap-2 rounded-md border border-line bg-surface px-2.5 text-text-3 hover:border-edge"
    >
      <Search size={14} aria-hidden="true" />
      <span className="flex-1 text-left">Find or do anything</span>
      <kbd className="font-sans text-xs">{modifier}K</kbd>
    </button>
  );
}
