import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./Button";
import { cx } from "./class-names";

type Props = {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  /** Along the right edge, so that what it is about stays in view. */
  side?: boolean;
};

/** A modal question: title, what it is about, and its buttons at the bottom right. */
export function Dialog({ open, onClose, title, description, children, footer, wide, side }: Props) {
  return (
    <Base.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-100 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Base.Popup
          className={cx(
            "fixed z-40 flex flex-col border-line bg-raised shadow-pop",
            side
              ? "inset-y-0 right-0 border-l"
              : "top-1/2 left-1/2 max-h-[88vh] -translate-x-1/2 -translate-y-1/2 rounded-xl border",
            wide ? "w-[720px]" : "w-[480px]",
            "max-w-[94vw] transition-opacity duration-100 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0",
          )}
        >
          <div className="flex items-start gap-3 px-5 pt-4">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-lg font-semibold">{title}</Base.Title>
              {description ? (
                <Base.Description className="mt-1 text-text-2">{description}</Base.Description>
              ) : null}
            </div>
            <Base.Close
              render={
                <Button kind="ghost" size="icon" aria-label="Close">
                  <X size={16} />
                </Button>
              }
            />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
          {footer ? (
            <div className="flex justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>
          ) : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
