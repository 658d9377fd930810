import { useInfiniteQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useState } from "react";
import { roots } from "@/ipc/live";
import type { Activity, ActivityEntry } from "@/ipc/types";
import { useUndo } from "./actions";
import { Button } from "./Button";
import { Empty, Failed, Loading } from "./States";
import { useFormat, useReadOnly } from "./session";

type Props = {
  kind: "event" | "client" | "resource";
  id: string;
  load: (beforeN: number | null) => Promise<Activity>;
};

/** What happened to a record, latest first, from the server's journal; offline the last answer with its date. */
export function ActivityList({ kind, id, load }: Props) {
  const format = useFormat();
  const pages = useInfiniteQuery({
    queryKey: [...roots.activity, kind, id],
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.done ? undefined : (last.entries.at(-1)?.n ?? undefined)),
  });
  if (pages.error) {
    return <Failed error={pages.error} onRetry={() => void pages.refetch()} />;
  }
  if (!pages.data) {
    return <Loading label="Reading the activity…" />;
  }
  const entries = pages.data.pages.flatMap((page) => page.entries);
  const asOf = pages.data.pages[0]?.as_of;
  return (
    <div className="grid max-w-3xl content-start gap-1 py-3">
      {asOf ? (
        <p className="px-2 text-sm text-text-3">As of {format.moment(asOf)}; later changes are not shown.</p>
      ) : null}
      {entries.length === 0 ? (
        <Empty icon={History} title="Nothing has happened yet.">
          Every change will be listed here with who made it and when.
        </Empty>
      ) : (
        <ol aria-label="Activity">
          {entries.map((entry) => (
            <Entry key={entry.n} entry={entry} />
          ))}
        </ol>
      )}
      {pages.hasNextPage ? (
        <Button
          kind="ghost"
          className="justify-self-start"
          pending={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          {pages.isFetchingNextPage ? "Reading…" : "Earlier activity"}
        </Button>
      ) : null}
    </div>
  );
}

function Entry({ entry }: { entry: ActivityEntry }) {
  const format = useFormat();
  const readOnly = useReadOnly();
  const undo = useUndo();
  const [undoing, setUndoing] = useState(false);
  const takeBack = async () => {
    setUndoing(true);
    await undo({ command_id: entry.command_id, label: entry.lines[0] ?? "This change" });
    setUndoing(false);
  };
  return (
    <li className="flex items-start gap-3 rounded-md px-2 py-2 hover:bg-hover">
      <div className="min-w-0 flex-1">
        <span className="font-semibold">{entry.actor_name ?? "Cloche"}</span>{" "}
        <time dateTime={entry.at} className="text-text-3">
          {format.moment(entry.at)}
        </time>
        <ul className={entry.undone ? "text-text-3 line-through" : "text-text-2"}>
          {entry.lines.map((line) => (
            <li key={line} className="break-words">
              {line}
            </li>
          ))}
        </ul>
      </div>
      {entry.undone ? (
        <span className="text-sm text-text-3">undone</span>
      ) : entry.may_undo ? (
        <Button
          kind="ghost"
          size="small"
          reason={readOnly}
          pending={undoing}
          aria-label={`Undo: ${entry.lines[0] ?? entry.command}`}
          onClick={() => void takeBack()}
        >
          {undoing ? "Undoing…" : "Undo"}
        </Button>
      ) : null}
    </li>
  );
}
