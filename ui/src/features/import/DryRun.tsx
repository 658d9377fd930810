import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/Button";
import { cx } from "@/components/class-names";
import { Failed, useSlow } from "@/components/States";
import { useFormat, useReadOnly } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { ImportAnswer, ImportPreview, ImportVerdict } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import type { Plan } from "./ImportScreen";
import { Progress } from "./Progress";
import { Questions } from "./Questions";
import { Rows } from "./Rows";

type Props = {
  plan: Plan;
  onBack: () => void;
  onApply: (preview: ImportPreview, onlyValid: boolean) => void;
};

/** What the import would do, row by row. Nothing has been changed yet. */
export function DryRun({ plan, onBack, onApply }: Props) {
  const readOnly = useReadOnly();
  const [answers, setAnswers] = useState<ImportAnswer[]>([]);
  const preview = useQuery({
    queryKey: ["import", "preview", plan.source.source_id, plan.kind, plan.mapping, plan.zone, answers],
    queryFn: async () =>
      unwrap(
        await commands.importPreview({
          source_id: plan.source.source_id,
          kind: plan.kind,
          mapping: plan.mapping,
          answers,
          default_time_zone: plan.zone,
        }),
      ),
    // What is there already may have changed since: always asked anew.
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
  const slow = useSlow(preview.isFetching);
  if (preview.error) {
    return (
      <>
        <Failed error={preview.error} onRetry={() => void preview.refetch()} />
        <Button className="self-center" onClick={onBack}>
          Back to the columns
        </Button>
      </>
    );
  }
  if (!preview.data) {
    return slow ? <Progress word="Checking every row…" /> : null;
  }
  const result = preview.data;
  const unanswered = result.questions.filter(
    (question) => !answers.some((answer) => answer.key === question.key),
  );
  const wrong = result.total - result.fine - result.already_there;
  const wait = preview.isFetching ? "Checking again…" : readOnly;
  return (
    <>
      <div className="grid gap-3 border-b border-line px-5 py-4">
        <p role="status" aria-label="Dry run" className="text-text-2">
          {result.summary}
        </p>
        <Questions
          questions={result.questions}
          answers={answers}
          onAnswer={(answer) => setAnswers([...answers.filter((one) => one.key !== answer.key), answer])}
        />
      </div>
      <Verdicts plan={plan} preview={result} busy={preview.isFetching} questions={questionRows(result)} />
      <footer className="flex items-center gap-2 border-t border-line px-5 py-3">
        <Button onClick={onBack}>Back to the columns</Button>
        <span className="ml-auto text-text-2">
          {unanswered.length > 0 ? "Unanswered rows are left out." : null}
        </span>
        {wrong > 0 ? (
          <Button
            reason={
              wait ?? "Some rows cannot be imported. Correct them in the file, or import only the valid rows."
            }
          >
            Import all
          </Button>
        ) : (
          <Button
            kind="primary"
            reason={wait ?? (result.fine === 0 ? "There is nothing new in this file." : null)}
            onClick={() => onApply(result, false)}
          >
            Import all <Count of={result.fine} />
          </Button>
        )}
        {wrong > 0 ? (
          <Button
            kind="primary"
            reason={wait ?? (result.fine === 0 ? "No row of this file can be imported." : null)}
            onClick={() => onApply(result, true)}
          >
            Import only the valid <Count of={result.fine} />
          </Button>
        ) : null}
      </footer>
    </>
  );
}

function Count({ of }: { of: number }): ReactNode {
  const format = useFormat();
  return format.number(of);
}

function questionRows(preview: ImportPreview): number {
  return Math.max(0, preview.total - preview.fine - preview.already_there - preview.refused);
}

type VerdictsProps = { plan: Plan; preview: ImportPreview; busy: boolean; questions: number };

function Verdicts({ plan, preview, busy, questions }: VerdictsProps) {
  const format = useFormat();
  const [verdict, setVerdict] = useState<ImportVerdict | null>(preview.refused > 0 ? "refused" : null);
  const kinds: { verdict: ImportVerdict | null; word: string; rows: number }[] = [
    { verdict: null, word: "All", rows: preview.total },
    { verdict: "new", word: "New", rows: preview.fine },
    { verdict: "already_there", word: "Already there", rows: preview.already_there },
    { verdict: "question", word: "Questions", rows: questions },
    { verdict: "refused", word: "Refused", rows: preview.refused },
  ];
  return (
    <>
      <fieldset className="flex gap-1 px-5 py-2">
        <legend className="sr-only">Rows to show</legend>
        {kinds.map((kind) => (
          <Button
            key={kind.word}
            kind="ghost"
            size="small"
            aria-pressed={verdict === kind.verdict}
            onClick={() => setVerdict(kind.verdict)}
            className={cx(verdict === kind.verdict && "bg-hover text-text")}
          >
            {kind.word} <span className="text-text-3">{format.number(kind.rows)}</span>
          </Button>
        ))}
      </fieldset>
      <Rows plan={plan} verdict={verdict} version={preview.summary} busy={busy} />
    </>
  );
}
