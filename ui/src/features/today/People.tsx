import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/Button";
import { useFormat } from "@/components/session";
import { wallTime } from "@/components/wall-time";
import type { ResourceRow, Today } from "@/ipc/types";
import { more, Section } from "./Section";

const few = 8;

/** Who could be called now. */
export function People({ today }: { today: Today }) {
  const format = useFormat();
  const [all, setAll] = useState(false);
  const { free_now, free_total, busy_total } = today;
  const shown = all ? free_now : free_now.slice(0, few);
  return (
    <Section
      title="People free now"
      count={`${format.number(free_total)} of ${format.number(free_total + busy_total)}`}
      more={
        <Link to="/resources" className={more}>
          All staff
        </Link>
      }
    >
      {free_total === 0 ? (
        <p className="text-text-3">
          {busy_total === 0 ? "No staff is on record yet." : "Everybody is busy now."}
        </p>
      ) : (
        <>
          <p className="text-text-2">{roles(free_now, format.number.bind(format))}</p>
          <ul aria-label="People free now" className="pt-1">
            {shown.map((person) => (
              <li
                key={person.id}
                data-item={person.id}
                className="-mx-2 print:mx-0 print:px-0 flex min-h-7 items-center gap-2 rounded-md px-2 hover:bg-hover"
              >
                <Link
                  to="/resources/$resourceId"
                  params={{ resourceId: person.id }}
                  data-item-focus=""
                  title={person.name}
                  className="truncate hover:underline"
                >
                  <bdi>{person.name}</bdi>
                </Link>
                <span className="truncate text-text-3">{person.role}</span>
                <span className="ml-auto shrink-0 text-sm text-text-3">
                  {until(person, today.date, format)}
                </span>
              </li>
            ))}
          </ul>
          {free_now.length > few ? (
            <Button kind="link" size="small" className="print:hidden" onClick={() => setAll(!all)}>
              {all ? "Show fewer" : `Show all ${format.number(free_now.length)}`}
            </Button>
          ) : null}
        </>
      )}
    </Section>
  );
}

/** `server 4 · driver 2`, the most frequent first. */
function roles(people: ResourceRow[], written: (count: number) => string): string {
  const counts = new Map<string, number>();
  for (const { role } of people) {
    const word = role?.toLowerCase() ?? "without a role";
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([role, count]) => `${role} ${written(count)}`)
    .join(" · ");
}

function until({ next }: ResourceRow, date: string, format: ReturnType<typeof useFormat>): string | null {
  if (!next) {
    return null;
  }
  return wallTime(next.starts_at, format.zone).slice(0, 10) === date
    ? `until ${format.time(next.starts_at)}`
    : null;
}
