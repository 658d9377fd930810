import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/Button";
import { CopyDiagnostics } from "@/components/CopyDiagnostics";
import { cx } from "@/components/class-names";
import { Failed, Loading } from "@/components/States";
import { commands } from "@/ipc/bindings";
import type { Diagnostics } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { Section } from "./Section";

/** The end of the log and what else helps whoever helps, with nothing of the office in it. */
export function Logs() {
  const told = useQuery({
    queryKey: ["diagnostics"],
    queryFn: async () => unwrap(await commands.diagnostics()),
    staleTime: 0,
    gcTime: 0,
  });
  if (told.error) {
    return <Failed error={told.error} onRetry={() => void told.refetch()} />;
  }
  if (!told.data) {
    return <Loading label="Reading the log…" />;
  }
  return (
    <>
      <Section title="Diagnostics">
        <p className="pb-3 text-text-2">
          For whoever helps you when something does not work. Names, addresses, files and secrets are taken
          out: what you see here is all that is copied.
        </p>
        <Facts facts={told.data.facts} />
        <div className="flex flex-wrap gap-2 pt-3">
          <CopyDiagnostics kind="primary" text={told.data.text} />
          <Button pending={told.isFetching} onClick={() => void told.refetch()}>
            <RefreshCw size={14} aria-hidden="true" />
            Read again
          </Button>
        </div>
      </Section>
      <Section title="Log">
        <Lines lines={told.data.lines} />
      </Section>
    </>
  );
}

function Facts({ facts }: { facts: Diagnostics["facts"] }) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-5 gap-y-1">
      {facts.map(({ name, value }) => (
        <div key={name} className="contents">
          <dt className="text-text-3">{name}</dt>
          <dd className="break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const tone: Record<Diagnostics["lines"][number]["level"], string> = {
  error: "text-danger",
  warning: "text-warn",
  plain: "text-text-2",
};

function Lines({ lines }: { lines: Diagnostics["lines"] }) {
  const [problems, setProblems] = useState(false);
  const shown = problems ? lines.filter((line) => line.level !== "plain") : lines;
  return (
    <div className="grid gap-2">
      <label className="flex min-h-8 items-center gap-2">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={problems}
          onChange={(event) => setProblems(event.target.checked)}
        />
        Only warnings and errors
      </label>
      {shown.length === 0 ? (
        <p className="py-4 text-text-3">
          {problems ? "No warnings and no errors among the last lines." : "The log is empty."}
        </p>
      ) : (
        <section
          aria-label="The last lines of the log"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
          tabIndex={0}
          className="max-h-[28rem] overflow-auto rounded-lg border border-line bg-canvas p-3 font-mono text-xs leading-5 select-text"
        >
          {shown.map((line, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines repeat and never move
            <p key={at} className={cx("break-words whitespace-pre-wrap", tone[line.level])}>
              {line.text}
            </p>
          ))}
        </section>
      )}
    </div>
  );
}
