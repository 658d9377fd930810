import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useFormat } from "@/components/session";
import { zoneName } from "@/components/zones";
import type { EventPage } from "@/ipc/types";

/** When, where, who, how many. */
export function Facts({ page }: { page: EventPage }) {
  const format = useFormat();
  const { row, client } = page;
  const foreign = format.zoneNote(row.starts_at, row.time_zone) !== null;
  return (
    <dl className="grid grid-cols-[1.4fr_1fr_1.2fr_0.6fr] gap-5 border-b border-line px-5 py-3">
      <Fact word="When">
        <b className="font-semibold">{format.span(row.starts_at, row.ends_at, row.time_zone)}</b>
        {foreign ? (
          <span className="block text-sm text-text-2">
            {zoneName(row.time_zone)} time; here {format.span(row.starts_at, row.ends_at, format.desk)}
          </span>
        ) : null}
      </Fact>
      <Fact word="Where">{row.location ? <span title={row.location}>{row.location}</span> : <None />}</Fact>
      <Fact word="Client">
        <Link
          to="/clients/$clientId"
          params={{ clientId: row.client_id }}
          title={row.client_name}
          className="text-accent hover:underline"
        >
          <bdi>{row.client_name}</bdi>
        </Link>
        {client?.phone ? <span className="text-text-2"> · {client.phone}</span> : null}
      </Fact>
      <Fact word="Headcount">
        {row.estimated_attendees === null ? (
          <None />
        ) : (
          <>
            <b className="font-semibold">{format.number(row.estimated_attendees)}</b> estimated
          </>
        )}
      </Fact>
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

function None() {
  return <span className="text-text-3">not known yet</span>;
}
