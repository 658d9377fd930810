import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useAction } from "@/components/actions";
import { Button } from "@/components/Button";
import { ConflictDialog, type Keeps } from "@/components/ConflictDialog";
import { type Clash, clashesOf } from "@/components/conflicts";
import { showFieldError } from "@/components/field-errors";
import { LeaveGuard } from "@/components/LeaveGuard";
import { Page } from "@/components/Page";
import { Failed, Loading, Problem } from "@/components/States";
import { resourcePageQuery } from "@/components/schedule/queries";
import { useReadOnly, useSession } from "@/components/session";
import { commands } from "@/ipc/bindings";
import { newId } from "@/ipc/ids";
import type { May } from "@/ipc/types";
import type { CommandError } from "@/ipc/unwrap";
import { ResourceFields } from "./ResourceFields";
import {
  clashFields,
  emptyResource,
  fieldNames,
  fromResourcePage,
  mergeResource,
  type ResourceValues,
  resourceSchema,
  toResourceForm,
} from "./resource-values";

/** A new resource (`resourceId` null) or the changes to one. */
export function ResourceEditScreen({ resourceId }: { resourceId: string | null }) {
  const page = useQuery({ ...resourcePageQuery(resourceId ?? ""), enabled: resourceId !== null });
  const { permissions } = useSession();
  if (resourceId === null) {
    const link: May = permissions.includes("members.edit")
      ? { allowed: true, reason: null }
      : { allowed: false, reason: "Only who may change members links a sign-in." };
    return <Editor resourceId={null} opened={emptyResource} link={link} />;
  }
  if (page.error) {
    return (
      <Page title="Resource">
        <Failed error={page.error} onRetry={() => void page.refetch()} />
      </Page>
    );
  }
  return page.data ? (
    <Editor resourceId={resourceId} opened={fromResourcePage(page.data)} link={page.data.may.link} />
  ) : (
    <Loading label="Opening the resource…" />
  );
}

type EditorProps = { resourceId: string | null; opened: ResourceValues; link: May };
type Conflict = { clashes: Clash[]; mine: ResourceValues; theirs: ResourceValues };

/** Changes are what differs from how the form was opened, so that others' edits of other fields stand. */
function Editor({ resourceId, opened, link }: EditorProps) {
  const navigate = useNavigate();
  const router = useRouter();
  const queries = useQueryClient();
  const readOnly = useReadOnly();
  const [id] = useState(() => resourceId ?? newId());
  // Not again from the page: it may change under the form.
  const [base, setBase] = useState(opened);
  const [problem, setProblem] = useState<CommandError | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const form = useForm<ResourceValues>({ resolver: zodResolver(resourceSchema), defaultValues: base });
  const create = useAction(commands.resourceCreate, { ownErrors: true });
  const edit = useAction(commands.resourceEdit, { ownErrors: true });
  const pending = create.isPending || edit.isPending;
  const leave = () =>
    void navigate({
      to: "/resources/$resourceId",
      params: { resourceId: id },
      replace: true,
      ignoreBlocker: true,
    });

  const refused = async (error: CommandError, mine: ResourceValues) => {
    const clashes = clashesOf(error);
    if (clashes && resourceId !== null) {
      const fresh = await queries.fetchQuery({ ...resourcePageQuery(resourceId), staleTime: 0 });
      setConflict({ clashes, mine, theirs: fromResourcePage(fresh) });
    } else {
      setProblem(showFieldError(form, error, fieldNames) ? null : error);
    }
  };
  const send = (values: ResourceValues, from: ResourceValues) => {
    setProblem(null);
    const answers = { onSuccess: leave, onError: (error: CommandError) => void refused(error, values) };
    const target = { resource_id: id, form: toResourceForm(values) };
    if (resourceId === null) {
      create.mutate(target, answers);
    } else {
      edit.mutate({ ...target, base: toResourceForm(from) }, answers);
    }
  };
  const decide = ({ mine, theirs }: Conflict, keeps: Keeps) => {
    const merged = mergeResource({ mine, theirs, before: base }, keeps);
    setConflict(null);
    setBase(theirs);
    form.reset(merged);
    if (resourceSchema.safeParse(merged).success) {
      send(merged, theirs);
    } else {
      void form.trigger();
    }
  };

  return (
    <Page title={resourceId === null ? "New resource" : `Edit ${base.name}`}>
      <LeaveGuard dirty={form.formState.isDirty} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <form
          noValidate
          aria-label="Resource"
          onSubmit={(event) => void form.handleSubmit((values) => send(values, base))(event)}
          className="grid max-w-[760px] gap-4 px-5 py-5"
        >
          <Problem error={problem} />
          <ResourceFields form={form} link={link} />
          <div className="flex gap-2">
            <Button type="submit" kind="primary" reason={readOnly} pending={pending}>
              {pending ? "Saving…" : resourceId === null ? "Create resource" : "Save changes"}
            </Button>
            <Button onClick={() => router.history.back({ ignoreBlocker: true })}>Discard</Button>
          </div>
        </form>
      </div>
      {conflict ? (
        <ConflictDialog
          fields={clashFields(conflict.clashes, { ...conflict, before: base })}
          onClose={() => setConflict(null)}
          onDecide={(keeps) => decide(conflict, keeps)}
        />
      ) : null}
    </Page>
  );
}
