import { CircleAlert } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ProgressBar } from "@/components/ProgressBar";
import { useAnythingUnsaved } from "@/components/unsaved";
import type { UpdateState } from "@/ipc/types";
import { useUpdateInstall } from "./queries";
import { offerOf } from "./words";

/** What is new in the version, how far it is, and what went wrong. */
export function UpdatePanel({ state }: { state: UpdateState }) {
  const offer = offerOf(state);
  return (
    <div className="grid gap-4">
      {state.phase === "failed" ? (
        <p role="alert" className="flex gap-2 rounded-md bg-danger-soft px-3 py-2 text-danger">
          <CircleAlert size={16} aria-hidden="true" className="mt-0.5 shrink-0" />
          <span className="min-w-0 break-words">{state.message}</span>
        </p>
      ) : null}
      {offer ? (
        <section aria-label={`What is new in version ${offer.version}`}>
          {/* Plain text: nothing in it is read as markup. */}
          <p data-selectable className="whitespace-pre-wrap break-words">
            {offer.notes || "The makers say nothing about this version."}
          </p>
        </section>
      ) : null}
      <Progress state={state} />
    </div>
  );
}

function Progress({ state }: { state: UpdateState }) {
  if (state.phase === "downloading") {
    const words = state.of
      ? `Getting it: ${megabytes(state.done)} of ${megabytes(state.of)} MB`
      : `Getting it: ${megabytes(state.done)} MB`;
    return (
      <div className="grid gap-1.5">
        <span className="text-text-2 tabular-nums">{words}</span>
        <ProgressBar done={state.of ? state.done : null} of={state.of ?? 1} label="Download" />
      </div>
    );
  }
  const words = {
    at_quit: "It is here and is installed as soon as you quit Cloche.",
    installing: "Cloche closes now, is replaced, and opens again.",
    available: "Your system may ask for an administrator’s password while it installs.",
  };
  const said = state.phase in words ? words[state.phase as keyof typeof words] : null;
  return said ? (
    <p role="status" className="text-text-2">
      {said}
    </p>
  ) : null;
}

const megabytes = (kilobytes: number) => (kilobytes / 1024).toFixed(1);

/** What can be done about a version: get it, and once it is here, install it at once, later or not after all. */
export function UpdateButtons({ state, onLater }: { state: UpdateState; onLater?: () => void }) {
  const install = useUpdateInstall();
  const busy = state.phase === "downloading" || state.phase === "installing";
  if (!offerOf(state)) {
    return null;
  }
  if (state.phase === "at_quit") {
    return (
      <>
        <Button kind="ghost" onClick={() => install.mutate("later")}>
          Do not install
        </Button>
        {onLater ? <Button onClick={onLater}>When I quit Cloche</Button> : null}
        <RestartButton />
      </>
    );
  }
  return (
    <>
      {onLater ? (
        <Button kind="ghost" onClick={onLater}>
          {busy ? "Go on working" : "Later"}
        </Button>
      ) : null}
      <Button kind="primary" pending={busy} onClick={() => install.mutate("at_quit")}>
        {state.phase === "failed" ? "Try again" : "Update now"}
      </Button>
    </>
  );
}

/** Closes Cloche, which asks first where something typed would be lost. */
function RestartButton() {
  const install = useUpdateInstall();
  const unsaved = useAnythingUnsaved();
  const [asking, setAsking] = useState(false);
  const restart = () => {
    setAsking(false);
    install.mutate("now");
  };
  return (
    <>
      <Button
        kind="primary"
        pending={install.isPending}
        onClick={() => (unsaved ? setAsking(true) : restart())}
      >
        Restart now
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Restart without saving?"
        description="What you did not save or copy yet is lost."
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Keep editing</Button>
            <Button kind="danger" onClick={restart}>
              Restart without saving
            </Button>
          </>
        }
      />
    </>
  );
}
