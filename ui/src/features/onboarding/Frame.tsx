import type { ReactNode } from "react";
import { cx } from "@/components/class-names";

/** Cloche's mark: the dome that covers a dish. */
export function Mark({ size = 36 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 36 36" aria-hidden="true" className="text-accent">
      <circle cx="18" cy="8" r="2.5" fill="currentColor" />
      <path d="M5 25a13 13 0 0 1 26 0z" fill="currentColor" />
      <rect x="3" y="27" width="30" height="3" rx="1.5" fill="currentColor" />
    </svg>
  );
}

/** The calm page that everything before the office's own screens is shown on. */
export function Frame({
  title,
  lead,
  wide,
  children,
}: {
  title: string;
  lead?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <main className="grid h-full justify-items-center overflow-y-auto px-6 py-10">
      <div className={cx("my-auto grid w-full gap-6", wide ? "max-w-[860px]" : "max-w-[420px]")}>
        <div className={cx("grid gap-2", wide && "justify-items-center text-center")}>
          <Mark />
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          {lead ? <p className="max-w-xl text-text-2">{lead}</p> : null}
        </div>
        {children}
      </div>
    </main>
  );
}
