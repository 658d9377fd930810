import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { ClientFields } from "@/components/ClientFields";
import { ConflictDialog, type Keeps } from "@/components/ConflictDialog";
import {
  type ClientValues,
  clientSchema,
  emptyClient,
  fromClientPage,
  toClientForm,
} from "@/components/client-form";
import { type Clash, clashesOf } from "@/components/conflicts";
import { showFieldError } from "@/components/field-errors";
import { LeaveGuard } from "@/components/LeaveGuard";
import { Page } from "@/components/Page";
import { Failed, Loading, Problem } from "@/components/States";
import { useReadOnly } from "@/components/session";
import { commands } from "@/ipc/bindings";
import { newId } from "@/ipc/ids";
import type { CommandError } from "@/ipc/unwrap";
import { clientClashFields, mergeClient, theirClient } from "./client-clash";
import { clientPageQuery } from "./queries";

/** A new client (`clientId` null) or the changes to one. */
export function ClientEditScreen({ clientId }: { clientId: string | null }) {
  const page = useQuery({ ...clientPageQuery(clientId ?? ""), enabled: clientId !== null });
  if (clientId === null) {
    return <Editor clientId={null} opened={emptyClient} />;
  }
  if (page.error) {
    return <Failed error={page.error} onRetry={() => void page.refetch()} />;
  }
  return page.data ? <Editor clientId={clientId} opened={fromClientPage(page.data)} /> : <Loading />;
}

type Conflict = { clashes: Clash[]; mine: ClientValues; theirs: ClientValues };

function Editor({ clientId, opened }: { clientId: string | null; opened: ClientValues }) {
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const readOnly = useReadOnly();
  const [id] = useState(() => clientId ?? newId());
  // Not again from the page: it may change under the form.
  const [base, setBase] = useState(opened);
  const [problem, setProblem] = useState<CommandError | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const form = useForm<ClientValues>({ resolver: zodResolver(clientSchema), defaultValues: base });
  const create = useAction(commands.clientCreate, { ownErrors: true });
  const edit = useAction(commands.clientEdit, { ownErrors: true });
  const pending = create.isPending || edit.isPending;
  const leave = () =>
    void navigate({ to: "/clients/$clientId", params: { clientId: id }, replace: true, ignoreBlocker: true });

  const refused = async (error: CommandError, mine: ClientValues) => {
    const clashes = clashesOf(error);
    if (clashes && clientId !== null) {
      const fresh = await queries.fetchQuery({ ...clientPageQuery(clientId), staleTime: 0 });
      setConflict({ clashes, mine, theirs: theirClient(fromClientPage(fresh), clashes) });
    } else {
      setProblem(showFieldError(form, error) ? null : error);
    }
  };
  const send = (values: ClientValues, from: ClientValues) => {
    setProblem(null);
    const answers = { onSuccess: leave, onError: (error: CommandError) => void refused(error, values) };
    const target = { client_id: id, form: toClientForm(values) };
    if (clientId === null) {
      create.mutate(target, answers);
    } else {
      edit.mutate({ ...target, base: toClientForm(from) }, answers);
    }
  };
  const decide = ({ mine, theirs }: Conflict, keeps: Keeps) => {
    const merged = mergeClient({ mine, theirs, before: base }, keeps);
    setConflict(null);
    setBase(theirs);
    form.reset(merged);
    send(merged, theirs);
  };

  return (
    <Page title={clientId === null ? "New client" : `Edit ${opened.company_name}`}>
      <LeaveGuard dirty={form.formState.isDirty} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <form
          noValidate
          aria-label="Client"
          onSubmit={(event) => void form.handleSubmit((values) => send(values, base))(event)}
          className="grid max-w-[760px] gap-4 px-5 py-5"
        >
          <Problem error={problem} />
          <ClientFields form={form} />
          <div className="flex gap-2">
            <Button type="submit" kind="primary" reason={readOnly} pending={pending}>
              {pending ? "Saving…" : clientId === null ? "Create client" : "Save changes"}
            </Button>
            <Button onClick={() => router.history.back({ ignoreBlocker: true })}>Discard</Button>
          </div>
        </form>
      </div>
      {conflict ? (
        <ConflictDialog
          fields={clientClashFields(conflict.clashes, conflict.mine)}
          onClose={() => setConflict(null)}
          onDecide={(keeps) => decide(conflict, keeps)}
        />
      ) : null}
    </Page>
  );
}
