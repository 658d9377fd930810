import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps, MouseEvent, ReactNode } from "react";
import { useId } from "react";
import { cx } from "./class-names";
import { Tooltip } from "./Tooltip";

const look = cva(
  "hit-44 inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors duration-100 disabled:opacity-50 aria-disabled:opacity-55",
  {
    variants: {
      kind: {
        primary: "border-transparent bg-accent text-on-accent hover:bg-accent-strong",
        plain: "border-edge/60 bg-raised text-text hover:bg-hover",
        ghost: "border-transparent text-text-2 hover:bg-hover hover:text-text",
        danger: "border-transparent bg-danger text-on-danger hover:opacity-90",
        link: "h-auto border-transparent p-0 text-accent underline-offset-2 hover:underline",
      },
      size: {
        normal: "h-8 px-3",
        small: "h-7 px-2 text-sm",
        large: "h-11 px-4",
        icon: "size-8 p-0",
      },
    },
    compoundVariants: [{ kind: "link", class: "h-auto px-0" }],
    defaultVariants: { kind: "plain", size: "normal" },
  },
);

type Props = Omit<ComponentProps<"button">, "disabled"> &
  VariantProps<typeof look> & {
    /** Why it cannot be pressed now. The button stays focusable so that the reason can be read. */
    reason?: string | null | undefined;
    /** What it does, for icon-only buttons or as a hint. */
    tip?: ReactNode;
    /** An answer is awaited: further presses do nothing. */
    pending?: boolean;
  };

export function Button({ kind, size, reason, tip, pending, className, onClick, children, ...rest }: Props) {
  const id = useId();
  const blocked = Boolean(reason) || pending === true;
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (blocked) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    onClick?.(event);
  };
  return (
    <>
      <Tooltip text={reason ?? tip}>
        <button
          type="button"
          {...rest}
          onClick={press}
          aria-disabled={blocked || undefined}
          aria-busy={pending || undefined}
          aria-describedby={reason ? id : rest["aria-describedby"]}
          className={cx(look({ kind, size }), className)}
        >
          {children}
        </button>
      </Tooltip>
      {reason ? (
        <span id={id} hidden>
          {reason}
        </span>
      ) : null}
    </>
  );
}
