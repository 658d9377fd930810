/** Commands that lead to another state of the app: first run, sign-in, ready. */
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import type { AppState } from "@/ipc/types";
import { asCommandError, type CommandError, unwrap } from "@/ipc/unwrap";

export const stateKey = ["app", "state"] as const;

/** Runs a command that answers with the app's next state, and shows that state. */
export function useStateChange<Input, R>(
  run: (input: Input) => Promise<R>,
): UseMutationResult<AppState, CommandError, Input> {
  const client = useQueryClient();
  return useMutation<AppState, CommandError, Input>({
    mutationFn: async (input) => {
      try {
        return unwrap(await run(input)) as AppState;
      } catch (error) {
        throw asCommandError(error);
      }
    },
    onSuccess: (state) => {
      client.setQueryData(stateKey, state);
    },
  });
}
