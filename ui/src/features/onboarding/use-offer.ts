import { useMutation } from "@tanstack/react-query";
import { commands } from "@/ipc/bindings";
import { asCommandError, type CommandError, unwrap } from "@/ipc/unwrap";

/** Whether it lets somebody in, instead of only saying where a server is. */
export const isJoinLink = (text: string): boolean => /^cloche:\/\/join\b/i.test(text);

/** Asks what an invitation or reset link offers; nothing happens yet. */
export function useOffer() {
  return useMutation<{ link: string; offer: Awaited<ReturnType<typeof describe>> }, CommandError, string>({
    mutationFn: async (link) => ({ link, offer: await describe(link) }),
    // The link is as good as a password: not kept once it has been looked at.
    gcTime: 0,
  });
}

async function describe(link: string) {
  try {
    return unwrap(await commands.joinDescribe({ link }));
  } catch (error) {
    throw asCommandError(error);
  }
}
