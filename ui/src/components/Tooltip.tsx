import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";

/** A short text beside `children` on hover and focus. Without a text the child stays the same element, so that a
 *  button keeps the focus when its reason comes or goes. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactElement }) {
  return (
    <Base.Root disabled={!text}>
      <Base.Trigger render={children} delay={300} closeOnClick={false} />
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
