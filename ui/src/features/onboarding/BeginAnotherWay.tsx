import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { complain } from "@/components/notices";
import { commands } from "@/ipc/bindings";

/** Back to the three choices of the first screen; nothing set up so far is forgotten. */
export function BeginAnotherWay() {
  const choose = useStateChange(() => commands.appChoose());
  return (
    <Button
      kind="link"
      pending={choose.isPending}
      onClick={() => choose.mutate(undefined, { onError: complain })}
    >
      Begin another way
    </Button>
  );
}
