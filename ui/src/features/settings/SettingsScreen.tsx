import { LogOut } from "lucide-react";
import type { ReactNode } from "react";
import { useStateChange } from "@/components/app-state";
import { Button } from "@/components/Button";
import { complain } from "@/components/notices";
import { Page } from "@/components/Page";
import { useSession } from "@/components/session";
import { setTheme, type Theme, useTheme } from "@/components/theme";
import { commands } from "@/ipc/bindings";
import { ChangePassword } from "./ChangePassword";
import { Devices } from "./Devices";

/** Who is signed in here, with which devices, and how this window looks. */
export function SettingsScreen() {
  const session = useSession();
  const signOut = useStateChange(() => commands.signOut());
  const choose = useStateChange(() => commands.appChoose());
  return (
    <Page title="Devices & password">
      <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-10">
        <div className="grid max-w-3xl gap-2">
          <Section title="Signed in">
            <div className="flex items-center gap-3">
              <div className="min-w-0 flex-1">
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
              <Button
                pending={choose.isPending}
                onClick={() => choose.mutate(undefined, { onError: complain })}
              >
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
          <Section title="Appearance">
            <Appearance />
          </Section>
          <p className="pt-6 text-sm text-text-3">Cloche {session.version}</p>
        </div>
      </div>
    </Page>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="border-b border-line py-5 last:border-none">
      <h2 className="pb-2 font-semibold">{title}</h2>
      {children}
    </section>
  );
}

const themes: { value: Theme; word: string }[] = [
  { value: "system", word: "As the system" },
  { value: "light", word: "Light" },
  { value: "dark", word: "Dark" },
];

function Appearance() {
  const theme = useTheme();
  return (
    <fieldset className="flex gap-4">
      <legend className="sr-only">Appearance</legend>
      {themes.map((choice) => (
        <label key={choice.value} className="hit-44 flex min-h-8 items-center gap-2">
          <input
            type="radio"
            name="theme"
            className="size-4 accent-accent"
            checked={theme === choice.value}
            onChange={() => setTheme(choice.value)}
          />
          {choice.word}
        </label>
      ))}
    </fieldset>
  );
}
