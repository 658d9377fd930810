import { Check, Copy, TriangleAlert } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { Button } from "@/components/Button";
import { Input } from "@/components/Field";
import { LinkGuard } from "@/components/LeaveGuard";

/** Puts `text` on the clipboard; where the system forbids it, what `field` holds is selected for Ctrl-C. */
async function copy(text: string, field: HTMLInputElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field?.focus();
    field?.select();
    return false;
  }
}

type Props = {
  link: string;
  /** Until when and how often it works, in a sentence. */
  works: ReactNode;
  copied: boolean;
  onCopied: () => void;
  /** Somebody was about to leave without it. */
  warned: boolean;
};

/** A link that lets somebody in: to be copied now, since nobody can show it again. */
export function LinkOnce({ link, works, copied, onCopied, warned }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const take = async () => {
    if (await copy(link, field.current)) {
      onCopied();
    }
  };
  return (
    <div className="grid gap-3">
      <LinkGuard shown={!copied} />
      <div className="flex gap-2">
        <Input
          ref={field}
          readOnly
          aria-label="Link"
          value={link}
          onFocus={(event) => event.target.select()}
          onCopy={onCopied}
          className="min-w-0 flex-1 text-text-2"
        />
        <Button kind="primary" className="h-9" autoFocus onClick={() => void take()}>
          {copied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
          {copied ? "Copied" : "Copy link"}
        </Button>
      </div>
      <p className="text-text-2">{works}</p>
      <p role="status" className="empty:hidden">
        {warned && !copied ? (
          <span className="flex gap-2 rounded-md bg-warn-soft px-3 py-2">
            <TriangleAlert size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-warn" />
            The link has not been copied and cannot be shown again. Copy it first, or close once more to leave
            it.
          </span>
        ) : null}
      </p>
    </div>
  );
}
