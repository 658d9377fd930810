import { useState } from "react";
import { Button } from "@/components/Button";
import { cx } from "@/components/class-names";
import { useFormat } from "@/components/session";
import type { ImportFilePreview } from "@/ipc/types";
import { columns, type Wanted } from "./figures";
import { Rows } from "./Rows";

/** The rows of one file, by what would become of them; those that need a look first. */
export function Verdicts({ file, run, busy }: { file: ImportFilePreview; run: number; busy: boolean }) {
  const format = useFormat();
  const { preview } = file;
  const [wanted, setWanted] = useState<Wanted>(
    preview.refused > 0 ? "refused" : preview.clashes > 0 ? "clash" : null,
  );
  return (
    <>
      <fieldset className="flex gap-1 px-5 py-2">
        <legend className="sr-only">Rows to show</legend>
        {columns
          .filter((one) => !one.rare || one.wanted === wanted || one.rows(preview) > 0)
          .map((one) => (
            <Button
              key={one.word}
              kind="ghost"
              size="small"
              aria-pressed={wanted === one.wanted}
              onClick={() => setWanted(one.wanted)}
              className={cx(wanted === one.wanted && "bg-hover text-text")}
            >
              {one.word} <span className="text-text-3">{format.number(one.rows(preview))}</span>
            </Button>
          ))}
      </fieldset>
      <Rows file={file} run={run} wanted={wanted} busy={busy} />
    </>
  );
}
