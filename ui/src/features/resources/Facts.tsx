import type { ReactNode } from "react";
import { TypeMark } from "@/components/schedule/ResourceMark";
import { bookingTitle, duration } from "@/components/schedule/words";
import { useFormat } from "@/components/session";
import type { ResourcePage } from "@/ipc/types";

/** What it is, how many, what it needs around a booking, and what comes next. */
export function Facts({ page }: { page: ResourcePage }) {
  const format = useFormat();
  const { row } = page;
  const buffer =
    row.setup_minutes + row.teardown_minutes === 0
      ? null
      : `${duration(row.setup_minutes)} before, ${duration(row.teardown_minutes)} after`;
  return (
    <dl className="grid grid-cols-[1fr_0.8fr_1.2fr_1.2fr_1.6fr] gap-5 border-b border-line px-5 py-3">
      <Fact word="Type">
        <TypeMark type={row.type} />
        {row.role ? <span className="text-text-2"> · {row.role}</span> : null}
      </Fact>
      {row.type === "staff" ? (
        <Fact word="Open tasks">{format.number(row.open_tasks)}</Fact>
      ) : (
        <Fact word="Quantity">
          <b className="font-semibold">{format.number(row.quantity)}</b>
        </Fact>
      )}
      <Fact word="Setup and teardown">{buffer ?? <span className="text-text-3">none</span>}</Fact>
      {row.type === "staff" ? (
        <Fact word="Sign-in">{row.user_name ?? <span className="text-text-3">not linked</span>}</Fact>
      ) : (
        <Fact word="Availability">{row.is_available ? "Available" : "Not available"}</Fact>
      )}
      <Fact word="Next booking">
        {row.next ? (
          <span title={bookingTitle(row.next)}>
            {format.span(row.next.starts_at, row.next.ends_at, row.next.time_zone)}
            <span className="text-text-2"> {bookingTitle(row.next)}</span>
          </span>
        ) : (
          <span className="text-text-3">none</span>
        )}
      </Fact>
      {page.notes ? (
        <div className="col-span-5">
          <dt className="text-sm text-text-3">Notes</dt>
          <dd className="max-h-24 max-w-3xl overflow-y-auto break-words whitespace-pre-wrap text-text-2">
            {page.notes}
          </dd>
        </div>
      ) : null}
    </dl>
  );
}

function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-text-3">{word}</dt>
      <dd className="line-clamp-2 break-words">{children}</dd>
    </div>
  );
}
