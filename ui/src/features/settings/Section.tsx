import type { ReactNode } from "react";

/** A part of a page of settings. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0 border-b border-line py-5 last:border-none">
      <h2 className="pb-2 font-semibold">{title}</h2>
      {children}
    </section>
  );
}
