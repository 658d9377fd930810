import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArrowRight, CalendarDays, Eye } from "lucide-react";
import { useReadOnly } from "@/components/session";
import { useTaskActions } from "@/components/tasks/actions";
import { eventTasksQuery } from "@/components/tasks/queries";
import { stepWord, taskPlace } from "@/components/tasks/words";
import type { SearchHit } from "@/ipc/types";
import type { Act } from "./items";

/** What can be done with a task that was found. */
export function useTaskActs(hit: SearchHit, onClose: () => void): Act[] {
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const { move } = useTaskActions();
  const eventId = hit.kind === "task" ? hit.event_id : null;
  const task = useQuery({
    ...eventTasksQuery(eventId ?? ""),
    enabled: eventId !== null,
  }).data?.tasks.find((one) => one.row.id === hit.id);
  const after = (run: () => unknown) => () => {
    onClose();
    void run();
  };
  if (eventId === null) {
    return [];
  }
  const place = taskPlace({ id: hit.id, event_id: eventId });
  const steps = task?.may_move ?? [];
  return [
    { words: "Open", icon: Eye, run: after(() => navigate(place)) },
    ...steps.map(({ to, may }) => ({
      words: stepWord(task?.row.status ?? "pending", to),
      icon: ArrowRight,
      reason: readOnly ?? (may.allowed ? null : (may.reason ?? "Not possible now.")),
      run: after(() => move.mutate({ moves: [{ task_id: hit.id, to }] })),
    })),
    {
      words: "Open its event",
      icon: CalendarDays,
      run: after(() => navigate({ to: "/events/$eventId", params: { eventId } })),
    },
  ];
}
