import { LogOut } from "lucide-react";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { complain } from "@/components/notices";
import { useSession } from "@/components/session";
import { commands } from "@/ipc/bindings";
import { ChangePassword } from "./ChangePassword";
import { Devices } from "./Devices";
import { Section } from "./Section";

/** Who is signed in here, and with which devices. */
export function Account() {
  const session = useSession();
  const signOut = useStateChange(() => commands.signOut());
  const choose = useStateChange(() => commands.appChoose());
  return (
    <>
      <Section title="Signed in">
        <div className="flex flex-wrap items-center gap-3">
          <div className="min-w-48 flex-1">
            <p className="truncate">
              <b className="font-semibold">{session.display_name}</b>{" "}
              <span className="text-text-2">{session.email}</span>
            </p>
            <p className="truncate text-text-3">
              {session.server.name} ·{" "}
              {session.kept === "keychain"
                ? "kept in this computer's keychain"
                : "until Cloche is closed; this computer has no keychain"}
            </p>
          </div>
          <Button pending={choose.isPending} onClick={() => choose.mutate(undefined, { onError: complain })}>
            {session.server.kind === "sample" ? "Leave sample data" : "Open another office"}
          </Button>
          <Button
            pending={signOut.isPending}
            onClick={() => signOut.mutate(undefined, { onError: complain })}
          >
            <LogOut size={14} aria-hidden="true" />
            {signOut.isPending ? "Signing out…" : "Sign out"}
          </Button>
        </div>
      </Section>
      <Section title="Devices">
        <Devices />
      </Section>
      <Section title="Password">
        <ChangePassword />
      </Section>
    </>
  );
}
