import { useEffect, useRef, useState } from "react";
import { cx } from "@/components/class-names";
import { Page } from "@/components/Page";
import { useFormat } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { ImportApplied } from "@/ipc/types";
import { Apply } from "./Apply";
import { Done } from "./Done";
import { DryRun } from "./DryRun";
import { Files } from "./Files";
import { MapColumns } from "./MapColumns";
import { Pick } from "./Pick";
import { type Plan, planOfFile, planOfFolder, withBook } from "./plan";

type Step =
  | { at: "pick" }
  | {
      at: "map";
      plan: Plan;
      /** Whose columns are looked at; null for the list of a folder's files. */
      book: string | null;
    }
  | { at: "check"; plan: Plan }
  | { at: "apply"; plan: Plan; onlyValid: boolean }
  | { at: "done"; plan: Plan; applied: ImportApplied };

const words = { pick: "Files", map: "Columns", check: "Dry run", apply: "Import", done: "Done" } as const;

/** The shell keeps opened files until they are imported or forgotten. */
function forget(step: Step): void {
  if (step.at === "map" || step.at === "check") {
    for (const { source } of step.plan.books) {
      void commands.importCancel({ source_id: source.source_id });
    }
  }
}

/** From spreadsheets to rows: nothing is changed before the last step, and that step can be undone as one. */
export function ImportScreen() {
  const { zone } = useFormat();
  const [step, setStep] = useState<Step>({ at: "pick" });
  const latest = useRef(step);
  latest.current = step;
  useEffect(() => () => forget(latest.current), []);
  const restart = () => {
    forget(step);
    setStep({ at: "pick" });
  };
  const map = (plan: Plan, book: string | null = null) => {
    const only = plan.folder ? book : (plan.books[0]?.source.source_id ?? null);
    setStep({ at: "map", plan, book: only });
  };
  const check = (plan: Plan) => setStep({ at: "check", plan });
  return (
    <Page title="Import & export" after={step.at === "pick" ? null : <Steps at={step.at} />}>
      <div className="flex min-h-0 flex-1 flex-col">
        {step.at === "pick" ? (
          <Pick
            onFile={(source) => map(planOfFile(source, zone))}
            onFolder={(folder) => map(planOfFolder(folder, zone))}
          />
        ) : null}
        {step.at === "map" ? (
          <Mapping step={step} onMap={map} onRestart={restart} onNext={() => check(step.plan)} />
        ) : null}
        {step.at === "check" ? (
          <DryRun
            plan={step.plan}
            onAnswers={(answers) => check({ ...step.plan, answers })}
            onBack={() => map(step.plan)}
            onApply={(onlyValid) => setStep({ at: "apply", plan: step.plan, onlyValid })}
          />
        ) : null}
        {step.at === "apply" ? (
          <Apply
            plan={step.plan}
            onlyValid={step.onlyValid}
            onDone={(applied) => setStep({ at: "done", plan: step.plan, applied })}
            onBack={() => check(step.plan)}
            onStopped={restart}
          />
        ) : null}
        {step.at === "done" ? <Done plan={step.plan} applied={step.applied} onAgain={restart} /> : null}
      </div>
    </Page>
  );
}

type MappingProps = {
  step: Extract<Step, { at: "map" }>;
  onMap: (plan: Plan, book?: string | null) => void;
  onRestart: () => void;
  onNext: () => void;
};

/** The list of a folder's files, or the columns of one file. */
function Mapping({ step: { plan, book: chosen }, onMap, onRestart, onNext }: MappingProps) {
  const book = plan.books.find((one) => one.source.source_id === chosen);
  if (!book) {
    return (
      <Files
        plan={plan}
        onChange={onMap}
        onColumns={(id) => onMap(plan, id)}
        onBack={onRestart}
        onNext={onNext}
      />
    );
  }
  return (
    <MapColumns
      key={chosen}
      book={book}
      zone={plan.zone}
      onZone={(zone) => onMap({ ...plan, zone }, chosen)}
      onChange={(next) => onMap(withBook(plan, next), chosen)}
      {...(plan.folder
        ? { next: { word: "Back to the files", whole: false, run: () => onMap(plan) } }
        : {
            back: { word: "Another file", run: onRestart },
            next: { word: "Try it out", whole: true, run: onNext },
          })}
    />
  );
}

function Steps({ at }: { at: Step["at"] }) {
  const order = Object.keys(words) as Step["at"][];
  return (
    <ol aria-label="Steps" className="flex gap-1 text-sm text-text-3">
      {order.map((step, index) => (
        <li
          key={step}
          aria-current={step === at ? "step" : undefined}
          className={cx(
            "rounded-[5px] px-2 py-0.5",
            step === at && "bg-accent-soft font-semibold text-accent",
          )}
        >
          {index + 1} {words[step]}
        </li>
      ))}
    </ol>
  );
}
