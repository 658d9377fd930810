import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useAction } from "@/components/actions";
import { clientOption } from "@/components/ClientPicker";
import { ConflictDialog, type Keeps } from "@/components/ConflictDialog";
import { type Clash, clashesOf } from "@/components/conflicts";
import { eventPageQuery } from "@/components/event-page";
import { showFieldError } from "@/components/field-errors";
import { Page } from "@/components/Page";
import { Failed, Loading } from "@/components/States";
import { ClashDialog } from "@/components/schedule/ClashDialog";
import { type Refused, refusedClash } from "@/components/schedule/clash";
import { useFormat } from "@/components/session";
import { commands } from "@/ipc/bindings";
import { newId } from "@/ipc/ids";
import { roots } from "@/ipc/live";
import type { DueTimes, EventPage, MovingChoice } from "@/ipc/types";
import { type CommandError, unwrap } from "@/ipc/unwrap";
import { EventForm, useEventForm } from "./EventForm";
import { clashFields, mergeValues, theirValues } from "./event-clash";
import {
  type EventValues,
  emptyEvent,
  eventSchema,
  fieldNames,
  fromEventPage,
  toEventForm,
} from "./form-values";

/** A new event, perhaps for a client already chosen. */
export function EventNewScreen({ clientId }: { clientId: string | null }) {
  const client = useQuery({
    queryKey: [...roots.clients, "page", clientId],
    enabled: clientId !== null,
    queryFn: async () => unwrap(await commands.clientPage({ client_id: clientId ?? "" })),
  });
  if (clientId !== null && client.isPending) {
    return <Loading />;
  }
  return <New client={client.data ? clientOption(client.data.row) : null} />;
}

function New({ client }: { client: EventValues["client"] }) {
  const navigate = useNavigate();
  const router = useRouter();
  const { zone } = useFormat();
  const [eventId] = useState(newId);
  const form = useEventForm({ ...emptyEvent(zone), client });
  const [problem, setProblem] = useState<CommandError | null>(null);
  const create = useAction(commands.eventCreate, { ownErrors: true });
  const submit = (values: EventValues) => {
    setProblem(null);
    create.mutate(
      { event_id: eventId, form: toEventForm(values) },
      {
        onSuccess: () =>
          void navigate({ to: "/events/$eventId", params: { eventId }, replace: true, ignoreBlocker: true }),
        onError: (error) => setProblem(showFieldError(form, error, fieldNames) ? null : error),
      },
    );
  };
  return (
    <Page title="New event">
      <div className="min-h-0 flex-1 overflow-y-auto">
        <EventForm
          form={form}
          submitWord="Create event"
          pending={create.isPending}
          problem={problem}
          onSubmit={submit}
          onCancel={() => router.history.back({ ignoreBlocker: true })}
        />
      </div>
    </Page>
  );
}

export function EventEditScreen({ eventId }: { eventId: string }) {
  const page = useQuery(eventPageQuery(eventId));
  if (page.error) {
    return <Failed error={page.error} onRetry={() => void page.refetch()} />;
  }
  return page.data ? <Edit opened={page.data} /> : <Loading label="Opening the event…" />;
}

type Conflict = { clashes: Clash[]; mine: EventValues; theirs: EventValues };
/** What is booked is taken at the new time; `values` are what was to be saved, from `from` on. */
type Taken = { clash: Refused; values: EventValues; from: EventValues };

/** Changes are what differs from how the form was opened, so that others' edits of other fields stand. */
function Edit({ opened }: { opened: EventPage }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const format = useFormat();
  const eventId = opened.row.id;
  // Not again from the page: it may change under the form.
  const [base, setBase] = useState(() => fromEventPage(opened));
  const form = useEventForm(base);
  const [problem, setProblem] = useState<CommandError | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [taken, setTaken] = useState<Taken | null>(null);
  const [dueTimes, setDueTimes] = useState<DueTimes>("along");
  const edit = useAction(commands.eventEdit, { ownErrors: true });
  const leave = () =>
    void navigate({ to: "/events/$eventId", params: { eventId }, replace: true, ignoreBlocker: true });

  const refused = async (error: CommandError, mine: EventValues, from: EventValues) => {
    const clashes = clashesOf(error);
    const clash = refusedClash(error);
    setTaken(clash && { clash, values: mine, from });
    if (clash) {
      return;
    }
    if (clashes) {
      const fresh = await client.fetchQuery({ ...eventPageQuery(eventId), staleTime: 0 });
      setConflict({ clashes, mine, theirs: theirValues(fromEventPage(fresh), clashes) });
    } else {
      setProblem(showFieldError(form, error, fieldNames) ? null : error);
    }
  };
  const send = (values: EventValues, from: EventValues, moving: MovingChoice = { kind: "refuse" }) => {
    setProblem(null);
    edit.mutate(
      { event_id: eventId, form: toEventForm(values), base: toEventForm(from), moving, due_times: dueTimes },
      { onSuccess: leave, onError: (error) => void refused(error, values, from) },
    );
  };
  const decide = ({ mine, theirs }: Conflict, keeps: Keeps) => {
    const merged = mergeValues({ mine, theirs, before: base }, keeps);
    setConflict(null);
    setBase(theirs);
    form.reset(merged);
    // A mixture may be no event at all, e.g. my start after their end: then the form says so.
    if (eventSchema.safeParse(merged).success) {
      send(merged, theirs);
    } else {
      void form.trigger();
    }
  };

  return (
    <Page title={`Edit ${opened.row.name}`}>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <EventForm
          form={form}
          submitWord="Save changes"
          pending={edit.isPending}
          problem={problem}
          onSubmit={(values) => send(values, base)}
          moving={{ eventId, bookings: opened.bookings, base, dueTimes, onDueTimes: setDueTimes }}
          onCancel={leave}
        />
      </div>
      {conflict ? (
        <ConflictDialog
          fields={clashFields(conflict.clashes, { ...conflict, before: base }, format)}
          onClose={() => setConflict(null)}
          onDecide={(keeps) => decide(conflict, keeps)}
        />
      ) : null}
      {taken ? (
        <ClashDialog
          clash={taken.clash}
          zone={taken.values.time_zone}
          pending={edit.isPending}
          onClose={() => setTaken(null)}
          onDecide={(moving) => send(taken.values, taken.from, moving)}
        />
      ) : null}
    </Page>
  );
}
