import type { ReactNode } from "react";
import { cx } from "@/components/class-names";

type Props = {
  title: string;
  /** Beside the heading: how many there are. */
  count?: string | null;
  late?: boolean;
  more?: ReactNode;
  children: ReactNode;
};

/** A part of the day with its heading. */
export function Section({ title, count, late, more, children }: Props) {
  return (
    <section aria-label={title} className="break-inside-auto">
      <div className="flex items-baseline gap-2 pt-4 pb-1">
        <h2 className="text-sm font-semibold text-text-2">{title}</h2>
        {count ? (
          <span className={cx("text-sm", late ? "font-medium text-danger" : "text-text-3")}>{count}</span>
        ) : null}
        {more ? <span className="ml-auto text-sm print:hidden">{more}</span> : null}
      </div>
      {children}
    </section>
  );
}

export const more = "rounded px-1 text-accent hover:underline";
