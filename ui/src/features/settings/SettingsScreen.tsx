import { Link } from "@tanstack/react-router";
import type { FunctionComponent } from "react";
import { Page } from "@/components/Page";
import { useSession } from "@/components/session";
import type { Session } from "@/ipc/types";
import { About } from "./About";
import { Account } from "./Account";
import { Backups } from "./Backups";
import { keepsBackups } from "./backup-queries";
import { General } from "./General";
import { Logs } from "./Logs";

/** In the order in which they stand; the first is shown for an unknown one. */
const sections: [Section, ...Section[]] = [
  { id: "general", word: "General", content: General },
  { id: "account", word: "Account & devices", content: Account },
  { id: "backups", word: "Backups", content: Backups, only: keepsBackups },
  { id: "logs", word: "Logs", content: Logs },
  { id: "about", word: "About", content: About },
];

type Section = {
  id: string;
  word: string;
  content: FunctionComponent;
  /** For whom it is, where not for everybody. */
  only?: (session: Session) => boolean;
};

/** What is set on this computer, and what there is to know about it. */
export function SettingsScreen({ section }: { section: string }) {
  const session = useSession();
  const offered = sections.filter((each) => each.only?.(session) ?? true);
  const open = offered.find((each) => each.id === section) ?? sections[0];
  const Content = open.content;
  return (
    <Page title="Settings">
      <div className="@container min-h-0 flex-1">
        <div className="flex h-full min-h-0 flex-col @3xl:flex-row">
          <nav
            aria-label="Settings"
            className="flex shrink-0 flex-wrap gap-0.5 border-b border-line px-3 py-1.5 @3xl:w-48 @3xl:flex-col @3xl:flex-nowrap @3xl:border-r @3xl:border-b-0 @3xl:py-3"
          >
            {offered.map(({ id, word }) => (
              <Link
                key={id}
                to="/settings/$section"
                params={{ section: id }}
                aria-current={id === open.id ? "page" : undefined}
                className="flex min-h-8 items-center rounded-md px-2 text-text-2 hover:bg-hover hover:text-text aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-text"
              >
                {word}
              </Link>
            ))}
          </nav>
          <div key={open.id} className="min-h-0 min-w-0 flex-1 overflow-y-auto px-5 pb-10">
            <div className="grid max-w-3xl gap-2">
              <Content />
            </div>
          </div>
        </div>
      </div>
    </Page>
  );
}
