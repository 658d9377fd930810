import { CircleAlert, type LucideIcon } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { asCommandError } from "@/ipc/unwrap";
import { Button } from "./Button";
import { cx } from "./class-names";

/** Most answers are here within a few milliseconds: only what takes longer than 150 ms says that it is loading. */
export function useSlow(waiting: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) {
      setSlow(false);
      return;
    }
    const timer = setTimeout(() => setSlow(true), 150);
    return () => clearTimeout(timer);
  }, [waiting]);
  return slow;
}

export function Loading({ label = "Loading…" }: { label?: string }) {
  const slow = useSlow(true);
  return (
    <div role="status" className="grid h-full min-h-24 place-items-center text-text-3">
      {slow ? label : <span className="sr-only">{label}</span>}
    </div>
  );
}

/** Says what belongs here and offers the first step. */
export function Empty({
  icon: Icon,
  title,
  children,
  action,
  className,
}: {
  icon?: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cx("grid justify-items-center gap-2 px-6 py-14 text-center", className)}>
      {Icon ? <Icon size={28} strokeWidth={1.5} aria-hidden="true" className="text-text-3" /> : null}
      <p className="font-semibold">{title}</p>
      {children ? <div className="max-w-md text-text-2">{children}</div> : null}
      {action ? <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  );
}

/** Something could not be read: the sentence, the reference for whoever helps, and another try. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { message, reference } = asCommandError(error);
  return (
    <div role="alert" className="grid justify-items-center gap-2 px-6 py-14 text-center">
      <CircleAlert size={28} strokeWidth={1.5} aria-hidden="true" className="text-danger" />
      <p className="max-w-lg font-semibold">{message}</p>
      {reference ? (
        <p className="text-sm text-text-3">
          Reference <span data-selectable>{reference}</span>
        </p>
      ) : null}
      {onRetry ? (
        <Button className="mt-2" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

/** An error sentence inside a form or dialog. */
export function Problem({ error }: { error: unknown }) {
  if (!error) {
    return null;
  }
  const { message, reference } = asCommandError(error);
  return (
    <p role="alert" className="flex gap-2 rounded-md bg-danger-soft px-3 py-2 text-danger">
      <CircleAlert size={16} aria-hidden="true" className="mt-0.5 shrink-0" />
      <span>
        {message}
        {reference ? <span className="block text-sm">Reference {reference}</span> : null}
      </span>
    </p>
  );
}
