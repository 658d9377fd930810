import { useMutation } from "@tanstack/react-query";
import { ArrowRight, HardDrive, type LucideIcon, Server, Sparkles } from "lucide-react";
import { useState } from "react";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { Problem } from "@/components/States";
import { commands } from "@/ipc/bindings";
import type { BackupContents, ServerSummary } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { ConnectServer } from "./ConnectServer";
import { Frame } from "./Frame";
import { RestoreBackup } from "./RestoreBackup";
import { SetUpServer } from "./SetUpServer";
import { Starting } from "./Starting";
import { UseThisComputer } from "./UseThisComputer";

type Props = {
  known: ServerSummary[];
  /** A link that somebody opened: it is filled in, and nothing happens before they say so. */
  link?: { link: string; invitation: boolean } | null;
};

/** Three ways to begin, and the way back to what was begun before. */
export function FirstRun({ known, link }: Props) {
  const [way, setWay] = useState<"choose" | "local" | "connect" | "invited" | "server">(
    link ? (link.invitation ? "invited" : "connect") : "choose",
  );
  const sample = useStateChange(() => commands.firstRunSample());
  const again = useStateChange((server_id: string) => commands.serverOpen({ server_id }));
  const local = known.find((server) => server.kind === "local");
  const [backup, setBackup] = useState<BackupContents | null>(null);
  const pick = useMutation({
    mutationFn: async () => unwrap(await commands.backupPick()),
    onSuccess: setBackup,
  });
  if (again.isPending) {
    return <Starting message="Opening…" />;
  }
  if (sample.isPending) {
    return <Starting message="Preparing sample data…" />;
  }
  if (backup) {
    return <RestoreBackup contents={backup} onBack={() => setBackup(null)} />;
  }
  if (way === "local") {
    return <UseThisComputer onBack={() => setWay("choose")} />;
  }
  if (way === "server") {
    return <SetUpServer onBack={() => setWay("choose")} />;
  }
  if (way === "connect" || way === "invited") {
    return <ConnectServer invited={way === "invited"} given={link?.link} onBack={() => setWay("choose")} />;
  }
  return (
    <Frame
      wide
      title="Welcome to Cloche"
      lead="The desk of your catering office. How would you like to begin?"
    >
      <Problem error={sample.error ?? again.error ?? pick.error} />
      <div className="grid grid-cols-3 gap-4">
        <Choice
          icon={Sparkles}
          title="Explore with sample data"
          text="Look around in an invented office: its events, people and tasks. Nothing to fill in."
          onClick={() => sample.mutate(undefined)}
        />
        <Choice
          icon={HardDrive}
          title="Use this computer"
          text={
            local
              ? `Go on with ${local.name}, which is kept on this computer.`
              : "Start your own office here. Everything stays on this computer; others can join later."
          }
          onClick={() => (local ? again.mutate(local.server_id) : setWay("local"))}
        />
        <Choice
          icon={Server}
          title="Connect to a server"
          text="Your office runs Cloche already. Bring the server link or the invitation you were given."
          onClick={() => setWay("connect")}
        />
      </div>
      <div className="flex flex-wrap justify-center gap-x-4 gap-y-1">
        <Button kind="link" onClick={() => setWay("invited")}>
          I have an invitation link
        </Button>
        <Button kind="link" onClick={() => setWay("server")}>
          Set up a server
        </Button>
        <Button kind="link" pending={pick.isPending} onClick={() => pick.mutate()}>
          {pick.isPending ? "Reading the backup…" : "Restore from a backup file"}
        </Button>
      </div>
      <OpenAgain servers={known.filter((server) => server.kind === "remote")} onOpen={again.mutate} />
    </Frame>
  );
}

/** Servers that this computer was connected to before. */
function OpenAgain({ servers, onOpen }: { servers: ServerSummary[]; onOpen: (id: string) => void }) {
  if (servers.length === 0) {
    return null;
  }
  return (
    <ul aria-label="Connected before" className="flex flex-wrap justify-center gap-2">
      {servers.map((server) => (
        <li key={server.server_id} className="min-w-0">
          <Button onClick={() => onOpen(server.server_id)}>
            <span className="truncate">Open {server.name} again</span>
          </Button>
        </li>
      ))}
    </ul>
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
