import { ArrowRight, HardDrive, type LucideIcon, Server, Sparkles } from "lucide-react";
import { useState } from "react";
import { useStateChange } from "@/components/app-state";
import { Problem } from "@/components/States";
import { commands } from "@/ipc/bindings";
import { ConnectServer } from "./ConnectServer";
import { Frame } from "./Frame";
import { Starting } from "./Starting";
import { UseThisComputer } from "./UseThisComputer";

/** A computer that has never seen Cloche: three ways to begin. */
export function FirstRun() {
  const [way, setWay] = useState<"choose" | "local" | "connect">("choose");
  const sample = useStateChange(() => commands.firstRunSample());
  if (sample.isPending) {
    return <Starting message="Preparing sample data…" />;
  }
  if (way === "local") {
    return <UseThisComputer onBack={() => setWay("choose")} />;
  }
  if (way === "connect") {
    return <ConnectServer onBack={() => setWay("choose")} />;
  }
  return (
    <Frame
      wide
      title="Welcome to Cloche"
      lead="The desk of your catering office. How would you like to begin?"
    >
      <Problem error={sample.error} />
      <div className="grid grid-cols-3 gap-4">
        <Choice
          icon={Sparkles}
          title="Explore with sample data"
          text="Look around in an invented office with clients and events. Nothing to fill in."
          onClick={() => sample.mutate(undefined)}
        />
        <Choice
          icon={HardDrive}
          title="Use this computer"
          text="Start your own office here. Everything stays on this computer; others can join later."
          onClick={() => setWay("local")}
        />
        <Choice
          icon={Server}
          title="Connect to a server"
          text="Your office runs Cloche already. Bring the server link you were given."
          onClick={() => setWay("connect")}
        />
      </div>
    </Frame>
  );
}

function Choice(props: { icon: LucideIcon; title: string; text: string; onClick: () => void }) {
  const Icon = props.icon;
  return (
    <button
      type="button"
      aria-label={props.title}
      aria-description={props.text}
      onClick={props.onClick}
      className="group grid content-start gap-2 rounded-xl border border-line bg-raised p-5 text-left shadow-card transition-colors duration-100 hover:border-accent"
    >
      <Icon size={22} strokeWidth={1.75} aria-hidden="true" className="text-accent" />
      <span className="mt-1 flex items-center gap-1.5 font-semibold">
        {props.title}
        <ArrowRight
          size={14}
          aria-hidden="true"
          className="opacity-0 transition-opacity duration-100 group-hover:opacity-100 group-focus-visible:opacity-100"
        />
      </span>
      <span className="text-text-2">{props.text}</span>
    </button>
  );
}
