import { QueryClient } from "@tanstack/react-query";

/**
 * Answers come from this computer's own copy and the shell says when it changed, so nothing is polled, nothing waits
 * for the network, and only what changed is asked again.
 */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: "always",
        staleTime: 30_000,
        gcTime: 5 * 60_000,
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
