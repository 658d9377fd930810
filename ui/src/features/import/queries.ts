import { useQueries } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import type { ImportAnswer, ImportFields, ImportKind } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { kinds, type Plan, takenOf } from "./plan";

export type Fields = Record<ImportKind, ImportFields["fields"]>;

/** What a file of each kind may hold; the same for as long as the window lives. */
export function useFields() {
  const answers = useQueries({
    queries: kinds.map((kind) => ({
      queryKey: ["import", "fields", kind],
      queryFn: async () => unwrap(await commands.importFields({ kind })).fields,
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const failed = answers.find((answer) => answer.error);
  const known = answers.every((answer) => answer.data);
  return {
    fields: known
      ? (Object.fromEntries(kinds.map((kind, at) => [kind, answers[at]?.data ?? []])) as Fields)
      : null,
    error: failed?.error ?? null,
    retry: () => void failed?.refetch(),
  };
}

/** The dry run of everything that is taken. */
export const previewQuery = (plan: Plan, answers: ImportAnswer[]) => {
  const files = takenOf(plan).map(({ source, kind, mapping }) => ({
    source_id: source.source_id,
    kind,
    mapping,
  }));
  return {
    queryKey: ["import", "preview", files, plan.zone, answers],
    queryFn: async () => {
      const preview = unwrap(
        await commands.importBooksPreview({ files, answers, default_time_zone: plan.zone }),
      );
      // The rows are asked for by window: those of an earlier run are not this one's.
      return { ...preview, run: performance.now() };
    },
    // What is there already may have changed since: always asked anew.
    staleTime: 0,
    gcTime: 0,
  };
};
