import { Check } from "lucide-react";
import { Fragment, type KeyboardEvent, useRef, useState } from "react";
import { useReadOnly } from "@/components/session";
import type { May, PermissionMatrix } from "@/ipc/types";
import { MatrixCell } from "./MatrixCell";
import { roleWord } from "./words";

const order = ["Events", "Clients", "Tasks", "Resources", "Team"];
const columns = ["manager", "staff"] as const;
type At = { row: number; column: number };

const steps: Record<string, At> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
};

/** Which role may do what. A tick counts at once; arrows go from one to the next. */
export function Matrix({ matrix, may }: { matrix: PermissionMatrix; may: May }) {
  const readOnly = useReadOnly();
  const grid = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<At>({ row: 0, column: 0 });
  const reason = readOnly ?? (may.allowed ? null : may.reason);
  const names = [...order, ...new Set(matrix.permissions.map((one) => one.group))];
  const groups = [...new Set(names)]
    .map((name) => ({ name, rows: matrix.permissions.filter((one) => one.group === name) }))
    .filter((group) => group.rows.length > 0);
  const ordered = groups.flatMap((group) => group.rows);
  const go = (event: KeyboardEvent) => {
    const step = steps[event.key];
    const edge = event.key === "Home" ? 0 : event.key === "End" ? ordered.length - 1 : null;
    if (!step && edge === null) {
      return;
    }
    event.preventDefault();
    const row = Math.max(0, Math.min(ordered.length - 1, edge ?? at.row + (step?.row ?? 0)));
    const column = Math.max(0, Math.min(columns.length - 1, at.column + (step?.column ?? 0)));
    setAt({ row, column });
    const cell = grid.current?.querySelector<HTMLElement>(`[data-cell="${row}/${column}"]`);
    cell?.focus();
    cell?.scrollIntoView({ block: "nearest" });
  };
  return (
    <div className="max-w-3xl pt-4 pb-10">
      <p role="status" className="pb-3 text-text-2">
        {reason ??
          "Administrators may do everything. What you tick here counts at once, on every device, and can be undone."}
      </p>
      <table
        ref={grid}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: one stop for Tab, arrows inside
        role="grid"
        aria-label="Permissions"
        aria-readonly={reason ? true : undefined}
        onKeyDown={go}
        className="w-full border-collapse"
      >
        <thead className="sticky top-0 z-10 bg-surface">
          <tr className="shadow-[inset_0_-1px_var(--line)]">
            <th scope="col" className="py-2 text-left text-sm font-medium text-text-3">
              May…
            </th>
            {(["administrator", ...columns] as const).map((role) => (
              <th key={role} scope="col" className="w-28 py-2 text-center font-medium">
                {roleWord(role)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Fragment key={group.name}>
              <tr>
                <th scope="colgroup" colSpan={4} className="pt-5 pb-1 text-left font-semibold">
                  {group.name}
                </th>
              </tr>
              {group.rows.map((permission) => {
                const row = ordered.indexOf(permission);
                return (
                  <tr key={permission.name} className="border-b border-line/60 hover:bg-hover">
                    <th scope="row" className="py-1 pl-3 text-left font-normal">
                      {permission.label}
                    </th>
                    <td className="text-center">
                      <Check size={15} aria-label="always" className="mx-auto text-text-3" />
                    </td>
                    {columns.map((role, column) => (
                      <td key={role} className="p-0">
                        <MatrixCell
                          role={role}
                          permission={permission}
                          granted={matrix[role].includes(permission.name)}
                          reason={reason}
                          cell={`${row}/${column}`}
                          inTabOrder={at.row === row && at.column === column}
                          onFocus={() => setAt({ row, column })}
                        />
                      </td>
                    ))}
                  </tr>
                );
              })}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
