import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./class-names";

export type MenuEntry =
  | { kind: "line"; key: string }
  | {
      kind?: "item";
      key: string;
      label: string;
      mark?: ReactNode;
      note?: ReactNode;
      /** Why it cannot be chosen; shown below its name. */
      reason?: string | null;
      danger?: boolean;
      onSelect: () => void;
    };

/** A button that opens a list of things to do. */
export function Menu(props: {
  trigger: ReactElement;
  entries: MenuEntry[];
  title?: string;
  onOpenChange?: (open: boolean) => void;
  /** Made because somebody pressed for it. */
  defaultOpen?: boolean;
}) {
  const { trigger, entries, title, onOpenChange, defaultOpen } = props;
  return (
    <Base.Root onOpenChange={onOpenChange} defaultOpen={defaultOpen}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="start" className="z-50">
          <Base.Popup className="min-w-52 max-w-80 rounded-lg border border-line bg-raised p-1 shadow-pop">
            {title ? <div className="px-2 py-1 text-sm font-medium text-text-3">{title}</div> : null}
            {entries.map((entry) =>
              entry.kind === "line" ? (
                <Base.Separator key={entry.key} className="my-1 h-px bg-line" />
              ) : (
                <Base.Item
                  key={entry.key}
                  disabled={Boolean(entry.reason)}
                  onClick={entry.onSelect}
                  className={cx(
                    "flex min-h-8 items-center gap-2 rounded-md px-2 py-1 data-[disabled]:text-text-3 data-[highlighted]:bg-hover",
                    entry.danger && "text-danger",
                  )}
                >
                  {entry.mark}
                  <span className="min-w-0 flex-1">
                    <span className="block truncate">{entry.label}</span>
                    {entry.reason ? <span className="block text-sm text-text-3">{entry.reason}</span> : null}
                  </span>
                  {entry.note}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
