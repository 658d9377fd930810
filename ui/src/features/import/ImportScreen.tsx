import { useState } from "react";
import { cx } from "@/components/class-names";
import { Page } from "@/components/Page";
import { useFormat } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { ImportApplied, ImportKind, ImportMapping, ImportPreview, ImportSource } from "@/ipc/types";
import { Apply } from "./Apply";
import { Done } from "./Done";
import { DryRun } from "./DryRun";
import { MapColumns } from "./MapColumns";
import { PickFile } from "./PickFile";

export type Plan = { source: ImportSource; kind: ImportKind; mapping: ImportMapping; zone: string };

type Step =
  | { at: "pick" }
  | { at: "map"; plan: Plan }
  | { at: "check"; plan: Plan }
  | { at: "apply"; plan: Plan; preview: ImportPreview; onlyValid: boolean }
  | { at: "done"; plan: Plan; applied: ImportApplied };

const words = { pick: "File", map: "Columns", check: "Dry run", apply: "Import", done: "Done" } as const;

/** From a spreadsheet to rows: nothing is changed before the last step, and that step can be undone as one. */
export function ImportScreen() {
  const { zone } = useFormat();
  const [step, setStep] = useState<Step>({ at: "pick" });
  const restart = () => {
    if ("plan" in step && step.at !== "done") {
      void commands.importCancel({ source_id: step.plan.source.source_id });
    }
    setStep({ at: "pick" });
  };
  return (
    <Page title="Import" after={<Steps at={step.at} />}>
      <div className="flex min-h-0 flex-1 flex-col">
        {step.at === "pick" ? (
          <PickFile
            onPicked={(source) =>
              setStep({ at: "map", plan: { source, kind: source.kind, mapping: source.mapping, zone } })
            }
          />
        ) : null}
        {step.at === "map" ? (
          <MapColumns
            plan={step.plan}
            onChange={(plan) => setStep({ at: "map", plan })}
            onBack={restart}
            onNext={() => setStep({ at: "check", plan: step.plan })}
          />
        ) : null}
        {step.at === "check" ? (
          <DryRun
            plan={step.plan}
            onBack={() => setStep({ at: "map", plan: step.plan })}
            onApply={(preview, onlyValid) => setStep({ at: "apply", plan: step.plan, preview, onlyValid })}
          />
        ) : null}
        {step.at === "apply" ? (
          <Apply
            plan={step.plan}
            onlyValid={step.onlyValid}
            onDone={(applied) => setStep({ at: "done", plan: step.plan, applied })}
            onBack={() => setStep({ at: "check", plan: step.plan })}
          />
        ) : null}
        {step.at === "done" ? <Done plan={step.plan} applied={step.applied} onAgain={restart} /> : null}
      </div>
    </Page>
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
