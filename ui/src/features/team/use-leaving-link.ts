import { useState } from "react";

/** Closing a dialog that shows a link which was not copied takes two attempts: the link cannot be shown again. */
export function useLeavingLink(shown: boolean, onClose: () => void) {
  const [copied, setCopied] = useState(false);
  const [warned, setWarned] = useState(false);
  const close = () => {
    if (shown && !copied && !warned) {
      setWarned(true);
    } else {
      onClose();
    }
  };
  const forAnother = () => {
    setCopied(false);
    setWarned(false);
  };
  return { copied, warned, close, forAnother, onCopied: () => setCopied(true) };
}
