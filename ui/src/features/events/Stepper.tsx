import { Check, LoaderCircle } from "lucide-react";
import { useId } from "react";
import { cx } from "@/components/class-names";
import { mayMove } from "@/components/event-actions";
import { StatusGlyph } from "@/components/StatusMark";
import { useReadOnly } from "@/components/session";
import { lifecycle, statusColour, statusWord } from "@/components/statuses";
import { Tooltip } from "@/components/Tooltip";
import type { EventPage, Status } from "@/ipc/types";

type Props = { page: EventPage; pendingTo: Status | null; onStep: (to: Status) => void };

/** The way from inquiry to follow-up, and cancelled beside it. A press on a possible step goes there. */
export function Stepper({ page, pendingTo, onStep }: Props) {
  const at = lifecycle.indexOf(page.row.status as (typeof lifecycle)[number]);
  const steps: Status[] = page.row.status === "cancelled" ? [...lifecycle, "cancelled"] : lifecycle;
  return (
    <ol aria-label="Status" className="-ml-2 flex flex-wrap items-center gap-1">
      {steps.map((status, index) => (
        <Step
          key={status}
          status={status}
          page={page}
          done={index < at}
          pending={pendingTo === status}
          busy={pendingTo !== null}
          onStep={onStep}
        />
      ))}
    </ol>
  );
}

function Step(props: {
  status: Status;
  page: EventPage;
  done: boolean;
  pending: boolean;
  busy: boolean;
  onStep: (to: Status) => void;
}) {
  const { status, page, done, pending, busy, onStep } = props;
  const id = useId();
  const readOnly = useReadOnly();
  const now = page.row.status === status;
  const may = mayMove(page, status);
  const reason = now ? null : (readOnly ?? (may.allowed ? null : (may.reason ?? "Not possible from here.")));
  const possible = !now && reason === null;
  return (
    <li>
      <Tooltip text={reason ?? (possible ? `Move to ${statusWord(status)}` : null)}>
        <button
          type="button"
          aria-current={now ? "step" : undefined}
          aria-disabled={!possible || busy || undefined}
          aria-busy={pending || undefined}
          aria-describedby={reason ? id : undefined}
          onClick={() => (possible && !busy ? onStep(status) : undefined)}
          className={cx(
            "hit-44 flex items-center gap-1.5 rounded-[5px] border border-transparent px-2 py-[3px]",
            now && cx("bg-current/12 font-semibold", statusColour(status)),
            !now && (done ? "text-text-2" : "text-text-3"),
            possible && "hover:border-line hover:bg-hover hover:text-text",
            pending && "border-dashed border-edge text-text",
          )}
        >
          {pending ? (
            <LoaderCircle size={12} aria-hidden="true" className="animate-spin" />
          ) : now ? (
            <StatusGlyph status={status} />
          ) : done ? (
            <Check size={12} aria-hidden="true" />
          ) : null}
          {statusWord(status)}
        </button>
      </Tooltip>
      {reason ? (
        <span id={id} hidden>
          {reason}
        </span>
      ) : null}
    </li>
  );
}
