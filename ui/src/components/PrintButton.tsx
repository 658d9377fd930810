import { Printer } from "lucide-react";
import { useEffect, useState } from "react";
import { commands } from "@/ipc/bindings";
import { unwrap } from "@/ipc/unwrap";
import { Button } from "./Button";
import { complain, modifier } from "./notices";

/** Prints the screen it is on; so does Ctrl/⌘-P there. */
export function PrintButton({ kind }: { kind?: "primary" | "plain" }) {
  const [printing, setPrinting] = useState(false);
  const print = async () => {
    setPrinting(true);
    try {
      unwrap(await commands.windowPrint());
    } catch (error) {
      complain(error);
    } finally {
      setPrinting(false);
    }
  };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "p") {
        event.preventDefault();
        void commands.windowPrint().then(unwrap).catch(complain);
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  return (
    <Button
      kind={kind}
      pending={printing}
      tip={`${modifier}P`}
      aria-keyshortcuts="Control+P Meta+P"
      onClick={() => void print()}
    >
      <Printer size={14} aria-hidden="true" />
      Print
    </Button>
  );
}
