import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/Button";
import { Failed, useSlow } from "@/components/States";
import { useFormat, useReadOnly } from "@/components/session";
import type { ImportAnswer, ImportBooksPreview, ImportQuestion } from "@/ipc/types";
import { FileFigures } from "./FileFigures";
import { needsLook, sumOf } from "./figures";
import { Progress } from "./Progress";
import { type Plan, takenOf } from "./plan";
import { Questions } from "./Questions";
import { previewQuery } from "./queries";
import { Verdicts } from "./Verdicts";

type Props = {
  plan: Plan;
  onAnswers: (answers: ImportAnswer[]) => void;
  onBack: () => void;
  onApply: (onlyValid: boolean) => void;
};

/** What the import would do, file by file and row by row. Nothing has been changed yet. */
export function DryRun({ plan, onAnswers, onBack, onApply }: Props) {
  const readOnly = useReadOnly();
  const { answers } = plan;
  const preview = useQuery({ ...previewQuery(plan, answers), placeholderData: keepPreviousData });
  const slow = useSlow(preview.isFetching);
  const [shown, setShown] = useState<string | null>(null);
  const back = plan.folder ? "Back to the files" : "Back to the columns";
  if (preview.error) {
    return (
      <>
        <Failed error={preview.error} onRetry={() => void preview.refetch()} />
        <Button className="self-center" onClick={onBack}>
          {back}
        </Button>
      </>
    );
  }
  if (!preview.data) {
    return slow ? <Progress word="Checking every row…" /> : null;
  }
  const { files, summary } = preview.data;
  const file = files.find((one) => one.source_id === shown) ?? files[0];
  if (shown === null) {
    setShown((files.find((one) => needsLook(one.preview)) ?? files[0])?.source_id ?? null);
  }
  const questions = questionsOf(preview.data);
  const wait = preview.isFetching ? "Checking again…" : readOnly;
  return (
    <>
      <div className="grid gap-3 border-b border-line px-5 py-4">
        <p role="status" aria-label="Dry run" className="text-text-2">
          {files.length === 1 ? file?.preview.summary : summary}
        </p>
        <Questions
          questions={questions}
          answers={answers}
          onAnswer={(answer) => onAnswers([...answers.filter((one) => one.key !== answer.key), answer])}
        />
        {files.length > 1 && file ? (
          <FileFigures books={takenOf(plan)} files={files} shown={file.source_id} onShow={setShown} />
        ) : null}
      </div>
      {file ? (
        <Verdicts key={file.source_id} file={file} run={preview.data.run} busy={preview.isFetching} />
      ) : null}
      <footer className="flex items-center gap-2 border-t border-line px-5 py-3">
        <Button onClick={onBack}>{back}</Button>
        <span className="ml-auto text-text-2">
          {questions.every((question) => answers.some((answer) => answer.key === question.key))
            ? null
            : "Unanswered rows are left out."}
        </span>
        <Choices preview={preview.data} wait={wait} onApply={onApply} />
      </footer>
    </>
  );
}

type ChoicesProps = {
  preview: ImportBooksPreview;
  wait: string | null;
  onApply: (onlyValid: boolean) => void;
};

/** All of it, or what is right of it. */
function Choices({ preview, wait, onApply }: ChoicesProps) {
  const format = useFormat();
  const all = sumOf(preview.files);
  if (all.fine + all.already_there === all.total) {
    return (
      <Button
        kind="primary"
        reason={wait ?? (all.fine === 0 ? "There is nothing new in this." : null)}
        onClick={() => onApply(false)}
      >
        Import all {format.number(all.fine)}
      </Button>
    );
  }
  return (
    <>
      <Button
        reason={
          wait ?? "Some rows cannot be imported. Correct them in the file, or import only the valid rows."
        }
      >
        Import all
      </Button>
      <Button
        kind="primary"
        reason={wait ?? (all.fine === 0 ? "No row of this can be imported." : null)}
        onClick={() => onApply(true)}
      >
        Import only the valid {format.number(all.fine)}
      </Button>
    </>
  );
}

/** Each question once, however many files ask it. */
function questionsOf({ files }: ImportBooksPreview): ImportQuestion[] {
  const asked = new Map<string, ImportQuestion>();
  for (const question of files.flatMap((file) => file.preview.questions)) {
    const before = asked.get(question.key);
    asked.set(question.key, before ? { ...before, rows: before.rows + question.rows } : question);
  }
  return [...asked.values()];
}
