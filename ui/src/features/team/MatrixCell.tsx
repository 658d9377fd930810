import { useAction } from "@/components/actions";
import { commands } from "@/ipc/bindings";
import type { PermissionMatrix } from "@/ipc/types";
import { roleWord } from "./words";

type Props = {
  role: "manager" | "staff";
  permission: PermissionMatrix["permissions"][number];
  granted: boolean;
  /** Why it cannot be changed now. */
  reason: string | null;
  /** Its place, by which the arrows find it. */
  cell: string;
  inTabOrder: boolean;
  onFocus: () => void;
};

/** Whether one role may do one thing. */
export function MatrixCell({ role, permission, granted, reason, cell, inTabOrder, onFocus }: Props) {
  const set = useAction(commands.matrixSet);
  const shown = set.isPending && set.variables ? set.variables.granted : granted;
  return (
    <label className="grid h-8 place-items-center">
      <span className="sr-only">{`${roleWord(role)} may ${permission.label}`}</span>
      <input
        type="checkbox"
        data-cell={cell}
        tabIndex={inTabOrder ? 0 : -1}
        checked={shown}
        aria-disabled={reason !== null || undefined}
        aria-busy={set.isPending || undefined}
        title={reason ?? undefined}
        onFocus={onFocus}
        onChange={(event) => {
          if (reason === null && !set.isPending) {
            set.mutate({ role, permission: permission.name, granted: event.target.checked });
          }
        }}
        className="size-4 accent-accent aria-disabled:opacity-55"
      />
    </label>
  );
}
