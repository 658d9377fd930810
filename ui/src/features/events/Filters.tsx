import { useQuery } from "@tanstack/react-query";
import { CalendarRange, ListFilter, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/Button";
import { ClientPicker } from "@/components/ClientPicker";
import type { Option } from "@/components/Combobox";
import { cx } from "@/components/class-names";
import { todayIn } from "@/components/now";
import { Popover } from "@/components/Popover";
import { Select } from "@/components/Select";
import { StatusGlyph } from "@/components/StatusMark";
import { useFormat } from "@/components/session";
import { statuses, statusWord } from "@/components/statuses";
import { TextFilter } from "@/components/TextFilter";
import { dayOf, dayStart } from "@/components/wall-time";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import { unwrap } from "@/ipc/unwrap";
import { eventTypesQuery } from "./queries";
import { type EventsSearch, isFiltered } from "./search-params";

const RangeCalendar = lazy(async () => ({ default: (await import("@/components/Calendar")).RangeCalendar }));

type Props = { search: EventsSearch; onChange: (patch: Partial<EventsSearch>) => void };

/** Narrows the list: by text, status, dates, client, type, and whether archived ones are among them. */
export function Filters({ search, onChange }: Props) {
  const types = useQuery(eventTypesQuery);
  return (
    <search aria-label="Filter events" className="flex flex-wrap items-center gap-2">
      <TextFilter
        label="Search events by text"
        placeholder="Name, client, place…"
        className="w-40"
        text={search.text ?? ""}
        onChange={(text) => onChange({ text: text === "" ? undefined : text })}
      />
      <StatusFilter search={search} onChange={onChange} />
      <DateFilter search={search} onChange={onChange} />
      <ClientFilter search={search} onChange={onChange} />
      <Select
        label="Event type"
        className={cx("h-8 w-28", search.type && "border-accent bg-accent-soft")}
        value={search.type ?? ""}
        onChange={(type) => onChange({ type: type === "" ? undefined : type })}
        options={[
          { value: "", label: "Any type" },
          ...(types.data ?? []).map((type) => ({ value: type.event_type, label: type.event_type })),
          ...(search.type && !types.data?.some((type) => type.event_type === search.type)
            ? [{ value: search.type, label: search.type }]
            : []),
        ]}
      />
      <Select
        label="Archived"
        className={cx("h-8 w-34", search.archived && "border-accent bg-accent-soft")}
        value={search.archived ?? "without"}
        onChange={(archived) => onChange({ archived: archived === "without" ? undefined : archived })}
        options={[
          { value: "without", label: "Not archived" },
          { value: "only", label: "Only archived" },
          { value: "with", label: "With archived" },
        ]}
      />
      {isFiltered(search) ? (
        <Button
          kind="ghost"
          onClick={() =>
            onChange({
              text: undefined,
              status: undefined,
              from: undefined,
              until: undefined,
              client: undefined,
              type: undefined,
              archived: undefined,
            })
          }
        >
          <X size={14} aria-hidden="true" />
          Clear filters
        </Button>
      ) : null}
    </search>
  );
}

const filterLook = (on: boolean) => cx("font-normal", on && "border-accent bg-accent-soft");

function StatusFilter({ search, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const chosen = search.status ?? [];
  const words =
    chosen.length === 0
      ? "Any status"
      : chosen.length === 1
        ? statusWord(chosen[0] ?? "")
        : `${chosen.length} statuses`;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      title="Statuses"
      trigger={
        <Button aria-label={`Status: ${words}`} className={filterLook(chosen.length > 0)}>
          <ListFilter size={14} aria-hidden="true" className="text-text-3" />
          {words}
        </Button>
      }
    >
      <fieldset className="grid gap-0.5">
        <legend className="sr-only">Statuses to show</legend>
        {statuses.map((status) => (
          <label key={status} className="flex min-h-8 items-center gap-2 rounded-md px-2 hover:bg-hover">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={chosen.includes(status)}
              onChange={(event) => {
                const next = statuses.filter((one) =>
                  one === status ? event.target.checked : chosen.includes(one),
                );
                onChange({ status: next.length > 0 ? next : undefined });
              }}
            />
            <StatusGlyph status={status} />
            {statusWord(status)}
          </label>
        ))}
      </fieldset>
    </Popover>
  );
}

function DateFilter({ search, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const format = useFormat();
  const { from, until } = search;
  const written = (day: string) => format.day(dayStart(day, format.zone));
  const words = from
    ? until && until !== from
      ? `${written(from)} – ${written(until)}`
      : written(from)
    : "Any date";
  const today = todayIn(format.zone);
  const quick = [
    { word: "From today", from: today, until: undefined },
    { word: "Next 7 days", from: today, until: daysOn(today, 6) },
    { word: "Next 30 days", from: today, until: daysOn(today, 29) },
  ];
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      title="Dates"
      trigger={
        <Button aria-label={`Dates: ${words}`} className={filterLook(Boolean(from))}>
          <CalendarRange size={14} aria-hidden="true" className="text-text-3" />
          {from && !until ? `From ${words}` : words}
        </Button>
      }
    >
      <Suspense fallback={<div className="h-64 w-[520px]" />}>
        <RangeCalendar
          from={from}
          until={until}
          onPick={(first, last) => onChange({ from: first, until: last })}
        />
      </Suspense>
      <div className="mt-2 flex gap-2 border-t border-line pt-2">
        {quick.map((one) => (
          <Button
            key={one.word}
            size="small"
            onClick={() => {
              onChange({ from: one.from, until: one.until });
              setOpen(false);
            }}
          >
            {one.word}
          </Button>
        ))}
        <Button
          size="small"
          kind="ghost"
          className="ml-auto"
          onClick={() => {
            onChange({ from: undefined, until: undefined });
            setOpen(false);
          }}
        >
          Any date
        </Button>
      </div>
    </Popover>
  );
}

function daysOn(day: string, days: number): string {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return dayOf(new Date(year, month - 1, date + days));
}

function ClientFilter({ search, onChange }: Props) {
  const named = useQuery({
    queryKey: [...roots.clients, "name", search.client ?? ""],
    enabled: search.client !== undefined,
    queryFn: async () =>
      unwrap(await commands.clientPage({ client_id: search.client ?? "" })).row.company_name,
  });
  const value: Option | null = search.client ? { value: search.client, label: named.data ?? "…" } : null;
  return (
    <div className="w-40">
      <ClientPicker
        control={{ "aria-label": "Client" }}
        placeholder="Any client"
        className={cx("h-8", search.client && "border-accent bg-accent-soft")}
        value={value}
        onChange={(client) => onChange({ client: client?.value })}
      />
    </div>
  );
}
