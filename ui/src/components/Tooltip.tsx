import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";

/** A short text beside `children` on hover and focus; without a text it is just the child. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactElement }) {
  if (!text) {
    return children;
  }
  return (
    <Base.Root>
      <Base.Trigger render={children} delay={300} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className="z-50">
          <Base.Popup className="max-w-72 rounded-md bg-inverse px-2 py-1 text-sm text-on-inverse shadow-pop">
            {text}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
