/** New versions of Cloche: how far an update is, and what can be done about it. */
import {
  queryOptions,
  type UseMutationResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { complain } from "@/components/notices";
import { commands } from "@/ipc/bindings";
import type { UpdateStatus, UpdateWhen } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";

export const updateKey = ["app", "update"] as const;

export const updateQuery = queryOptions({
  queryKey: updateKey,
  queryFn: async () => unwrap(await commands.updateStatus()),
  staleTime: Number.POSITIVE_INFINITY,
});

/** How far an update is; kept by the shell's announcements. */
export function useUpdate(): UpdateStatus | undefined {
  return useQuery(updateQuery).data;
}

function useUpdateAction<Input>(
  run: (input: Input) => Promise<UpdateStatus>,
): UseMutationResult<UpdateStatus, Error, Input> {
  const client = useQueryClient();
  return useMutation<UpdateStatus, Error, Input>({
    mutationFn: run,
    onSuccess: (status) => client.setQueryData(updateKey, status),
    onError: complain,
  });
}

export const useUpdateCheck = () => useUpdateAction(async () => unwrap(await commands.updateCheck()));

export const useUpdateInstall = () =>
  useUpdateAction(async (when: UpdateWhen) => unwrap(await commands.updateInstall({ when })));

export const useUpdateAutomatic = () =>
  useUpdateAction(async (automatic: boolean) => unwrap(await commands.updateAutomatic({ automatic })));
