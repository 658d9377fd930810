/** Who and what is booked when: asked by the event's page, a resource's page and the dialogs alike. */
import { queryOptions } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { AssignmentAsk, ResourceRow, ResourceType, ScheduleConflict } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";

export const resourcePageQuery = (id: string) =>
  queryOptions({
    queryKey: [...roots.resources, "page", id],
    queryFn: async () => unwrap(await commands.resourcePage({ resource_id: id })),
  });

export const resourceScheduleQuery = (id: string, from: string, until: string) =>
  queryOptions({
    queryKey: [...roots.schedule, "resource", id, from, until],
    queryFn: async () => unwrap(await commands.resourceSchedule({ resource_id: id, from, until })),
    placeholderData: (previous) => previous,
  });

export const eventStaffingQuery = (eventId: string) =>
  queryOptions({
    queryKey: [...roots.schedule, "event", eventId],
    queryFn: async () => unwrap(await commands.eventStaffing({ event_id: eventId })),
  });

export const releasePreviewQuery = (eventId: string) =>
  queryOptions({
    queryKey: [...roots.schedule, "release", eventId],
    queryFn: async () => unwrap(await commands.eventReleasePreview({ event_id: eventId })),
  });

export const assignmentCheckQuery = (ask: AssignmentAsk) =>
  queryOptions({
    queryKey: [...roots.schedule, "check", ask],
    queryFn: async () => unwrap(await commands.assignmentCheck(ask)),
  });

export type Buffers = Record<string, { setup_minutes: number; teardown_minutes: number }>;

/** How long each of these resources is needed before and after what it is booked for. */
export const buffersQuery = (ids: string[]) =>
  queryOptions({
    queryKey: [...roots.resources, "buffers", ids],
    enabled: ids.length > 0,
    placeholderData: (previous: Buffers | undefined) => previous,
    queryFn: async (): Promise<Buffers> => {
      const pages = await Promise.all(ids.map((id) => commands.resourcePage({ resource_id: id })));
      return Object.fromEntries(pages.map((page) => [unwrap(page).row.id, unwrap(page).row]));
    },
  });

/** A resource that could be assigned, and what stands in the way. */
export type Candidate = { row: ResourceRow; free: number | null; conflict: ScheduleConflict | null };

type Wanted = {
  ask: Omit<AssignmentAsk, "resource_id">;
  /** The same times as instants. */
  from: string;
  until: string;
  text: string;
  type: ResourceType | null;
};

const most = { free: 40, busy: 20 };

/** What could be assigned: the free ones first, then the busy ones with what they are busy with. */
export const candidatesQuery = (wanted: Wanted | null) =>
  queryOptions({
    queryKey: [...roots.schedule, "candidates", wanted],
    enabled: wanted !== null,
    placeholderData: (previous: Candidate[] | undefined) => previous,
    queryFn: () => (wanted ? candidates(wanted) : []),
  });

async function candidates({ ask, from, until, text, type }: Wanted): Promise<Candidate[]> {
  const list = async (within: { free_from: string | null; free_until: string | null }, limit: number) =>
    unwrap(
      await commands.resourceList({
        filter: {
          types: type ? [type] : [],
          text: text === "" ? null : text,
          available: "any",
          ...within,
        },
        sort: { by: "name", descending: false },
        offset: 0,
        limit,
      }),
    ).rows;
  const [free, any] = await Promise.all([
    list({ free_from: from, free_until: until }, most.free),
    list({ free_from: null, free_until: null }, most.free + most.busy),
  ]);
  const known = new Set(free.map((row) => row.id));
  const busy = any.filter((row) => !known.has(row.id)).slice(0, most.busy);
  const judged = await Promise.all(
    [...free, ...busy].map(async (row): Promise<Candidate> => {
      if (known.has(row.id) && row.quantity === 1) {
        return { row, free: 1, conflict: null };
      }
      const verdict = unwrap(await commands.assignmentCheck({ ...ask, quantity: 1, resource_id: row.id }));
      return { row, free: verdict.free, conflict: verdict.conflicts[0] ?? null };
    }),
  );
  const possible = (one: Candidate) => one.row.is_available && one.conflict === null;
  return [...judged.filter(possible), ...judged.filter((one) => !possible(one))];
}
