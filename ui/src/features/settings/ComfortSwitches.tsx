import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { complain } from "@/components/notices";
import { Failed, Loading } from "@/components/States";
import { commands } from "@/ipc/bindings";
import type { Comfort, ComfortChoice } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";

const key = ["comfort"] as const;

const choices: { choice: ComfortChoice; word: string; text: string }[] = [
  {
    choice: "autostart",
    word: "Open Cloche when I sign in to this computer",
    text: "It is there in the morning, up to date.",
  },
  {
    choice: "tray",
    word: "Show what is due in the system tray",
    text: "How many of your tasks are overdue or due today, beside the clock.",
  },
  {
    choice: "close_to_tray",
    word: "Keep Cloche in the tray when I close its window",
    text: "Quit it from the tray.",
  },
];

/** How Cloche starts and stays. Where the system does not let it, the reason is said. */
export function ComfortSwitches() {
  const comfort = useQuery({
    queryKey: key,
    queryFn: async () => unwrap(await commands.comfort()),
    // The system's own settings change it, too.
    staleTime: 0,
  });
  if (comfort.error) {
    return <Failed error={comfort.error} onRetry={() => void comfort.refetch()} />;
  }
  if (!comfort.data) {
    return <Loading />;
  }
  return (
    <div className="grid gap-3">
      {choices.map((each) => (
        <Choice key={each.choice} {...each} now={comfort.data} />
      ))}
    </div>
  );
}

function Choice({ choice, word, text, now }: (typeof choices)[number] & { now: Comfort }) {
  const client = useQueryClient();
  const id = useId();
  const set = useMutation({
    mutationFn: async (on: boolean) => unwrap(await commands.comfortSet({ choice, on })),
    onSuccess: (after) => client.setQueryData(key, after),
    onError: (error) => {
      complain(error);
      void client.invalidateQueries({ queryKey: key });
    },
  });
  const { on, reason } = now[choice];
  return (
    <label className="flex items-start gap-2.5">
      <input
        type="checkbox"
        aria-label={word}
        aria-describedby={id}
        className="mt-0.5 size-4 shrink-0 accent-accent"
        checked={set.isPending ? set.variables : on}
        // What is on can always be put off.
        disabled={(reason !== null && !on) || set.isPending}
        onChange={(event) => set.mutate(event.target.checked)}
      />
      <span className="min-w-0">
        <span className={reason === null || on ? undefined : "text-text-3"}>{word}</span>
        <span id={id} className="block text-sm text-text-3">
          {reason ?? text}
        </span>
      </span>
    </label>
  );
}
