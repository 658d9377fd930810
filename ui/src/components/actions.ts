/** Doing things: one place gives every change its id, its notice, its undo and its refusal. */
import { type QueryClient, type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { commands } from "@/ipc/bindings";
import { newId } from "@/ipc/ids";
import { invalidateReplica } from "@/ipc/live";
import type { Applied } from "@/ipc/types";
import { asCommandError, type CommandError, refusalKind, type Unwrapped, unwrap } from "@/ipc/unwrap";
import { announce, complain, modifier } from "./notices";
import { type Done, undoStack } from "./undo-stack";

type Options = {
  /** The caller shows refusals itself, e.g. beside the field that they are about. */
  ownErrors?: boolean;
};

type Actionable<R> = Unwrapped<R> & Applied;

/**
 * A change as a mutation. It is pending until the server has it; then what is on screen is read again, and a notice
 * offers to undo it. If an answer was lost, the same change asked for again carries the same id, so that it happens
 * once.
 */
export function useAction<Full extends { command_id: string }, R>(
  run: (input: Full) => Promise<R>,
  { ownErrors = false }: Options = {},
): UseMutationResult<Actionable<R>, CommandError, Omit<Full, "command_id">> {
  const client = useQueryClient();
  const unsure = useRef<{ asked: string; id: string } | null>(null);
  const undo = useUndo();
  return useMutation<Actionable<R>, CommandError, Omit<Full, "command_id">>({
    mutationFn: async (input) => {
      const asked = JSON.stringify(input);
      const id = unsure.current?.asked === asked ? unsure.current.id : newId();
      unsure.current = null;
      try {
        return unwrap(await run({ ...input, command_id: id } as Full)) as Actionable<R>;
      } catch (thrown) {
        const error = asCommandError(thrown);
        if (error.code === "offline" || error.code === "internal") {
          unsure.current = { asked, id };
        }
        throw error;
      }
    },
    onSuccess: async (applied) => {
      if (applied.undoable && !applied.nothing_to_do) {
        undoStack.did({ command_id: applied.command_id, label: applied.label });
        announce(applied.label, {
          word: "Undo",
          keys: `${modifier}Z`,
          run: () => void undo(applied),
        });
      } else {
        announce(applied.label);
      }
      await invalidateReplica(client);
    },
    onError: (error) => {
      if (!ownErrors) {
        complain(error);
      }
    },
  });
}

/** On their way back: a second press of Ctrl-Z must not ask for the same thing again. */
const underWay = new Set<string>();

async function takeBack(client: QueryClient, done: Done, rest: boolean): Promise<Applied | null> {
  if (underWay.has(done.command_id)) {
    return null;
  }
  underWay.add(done.command_id);
  try {
    const applied = unwrap(await commands.undo({ command_id: newId(), target: done.command_id, rest }));
    await invalidateReplica(client);
    return applied;
  } catch (thrown) {
    const error = asCommandError(thrown);
    if (refusalKind(error) === "undo_blocked") {
      undoStack.block({ done, reasons: blockedReasons(error) });
    } else {
      complain(error);
    }
    return null;
  } finally {
    underWay.delete(done.command_id);
  }
}

/** What stands in the way, as the shell words it, row by row. */
function blockedReasons(error: CommandError): string[] {
  const details = error.details as { blocked?: { reason?: unknown }[] } | null;
  const reasons = (details?.blocked ?? [])
    .map((row) => row.reason)
    .filter((text) => typeof text === "string");
  return reasons.length > 0 ? [...new Set(reasons)] : [error.message];
}

/** Takes back one change; `rest` leaves out what others have built on. */
export function useUndo(): (done: Done, rest?: boolean) => Promise<void> {
  const client = useQueryClient();
  const redo = useCallback(
    async (done: Done) => {
      const applied = await takeBack(client, done, false);
      if (applied) {
        undoStack.redid(done.command_id, applied);
        announce(applied.label);
      }
    },
    [client],
  );
  return useCallback(
    async (done, rest = false) => {
      const applied = await takeBack(client, done, rest);
      if (applied) {
        undoStack.undid(done.command_id, applied);
        announce(applied.label, { word: "Redo", keys: `${modifier}Shift Z`, run: () => void redo(applied) });
      }
    },
    [client, redo],
  );
}

/** Ctrl/⌘-Z and Ctrl/⌘-Shift-Z. */
export function useUndoLatest(): { undoLatest: () => void; redoLatest: () => void } {
  const client = useQueryClient();
  const undo = useUndo();
  const undoLatest = useCallback(() => {
    const [latest] = undoStack.get().undoable;
    if (latest) {
      void undo(latest);
    } else {
      announce("Nothing to undo in this window.");
    }
  }, [undo]);
  const redoLatest = useCallback(async () => {
    const [latest] = undoStack.get().redoable;
    const applied = latest ? await takeBack(client, latest, false) : null;
    if (latest && applied) {
      undoStack.redid(latest.command_id, applied);
      announce(applied.label);
    }
  }, [client]);
  return { undoLatest, redoLatest: () => void redoLatest() };
}
