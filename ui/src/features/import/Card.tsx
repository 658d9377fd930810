import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

type Props = { icon: LucideIcon; title: string; text: string; children: ReactNode };

export function Card({ icon: Icon, title, text, children }: Props) {
  return (
    <section
      aria-label={title}
      className="flex gap-4 rounded-xl border border-line bg-raised p-5 shadow-card"
    >
      <Icon size={22} strokeWidth={1.75} aria-hidden="true" className="shrink-0 text-accent" />
      <div className="grid min-w-0 flex-1 gap-3">
        <div>
          <h2 className="font-semibold">{title}</h2>
          <p className="max-w-xl pt-1 text-text-2">{text}</p>
        </div>
        {children}
      </div>
    </section>
  );
}
