/** Who and what is booked when: asked by the event's page, a resource's page and the dialogs alike. */
import { queryOptions } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import { roots } from "@/ipc/live";
import type { AssignmentAsk, BlockAsk, Candidate, CandidatesAsk } from "@/ipc/types";
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

export const blockCheckQuery = (ask: BlockAsk) =>
  queryOptions({
    queryKey: [...roots.schedule, "block", ask],
    queryFn: async () => unwrap(await commands.blockCheck(ask)),
  });

/** What could be assigned: the free ones first, then the busy ones with what they are busy with. */
export const candidatesQuery = (wanted: CandidatesAsk | null) =>
  queryOptions({
    queryKey: [...roots.schedule, "candidates", wanted],
    enabled: wanted !== null,
    placeholderData: (previous: Candidate[] | undefined) => previous,
    queryFn: async (): Promise<Candidate[]> =>
      wanted ? unwrap(await commands.assignmentCandidates(wanted)).candidates : [],
  });
