import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import {
  ArrowDownUp,
  CalendarDays,
  ChevronsUpDown,
  ListChecks,
  type LucideIcon,
  Settings,
  Sunrise,
  Truck,
  UserCog,
  Users,
} from "lucide-react";
import { useStateChange } from "@/components/app-state";
import { cx } from "@/components/class-names";
import { Menu } from "@/components/Menu";
import { complain } from "@/components/notices";
import { useFormat, useSession, useSync } from "@/components/session";
import { taskCountsQuery } from "@/components/tasks/queries";
import { UpdateNotice } from "@/components/updates/UpdateNotice";
import { zoneName } from "@/components/zones";
import { rememberedEventsSearch } from "@/features/events/search-params";
import { rememberedResourcesSearch } from "@/features/resources/search-params";
import { rememberedTasksSearch } from "@/features/tasks/search-params";
import { commands } from "@/ipc/bindings";
import type { SyncStatus } from "@/ipc/types";

const link =
  "flex min-h-8 items-center gap-2.5 rounded-md px-2 text-text-2 hover:bg-hover hover:text-text data-[status=active]:bg-hover data-[status=active]:font-medium data-[status=active]:text-text";

/** Where one can go, who one is, and how this desk's copy stands. */
export function Nav() {
  return (
    <nav aria-label="Main" className="flex min-h-0 flex-col gap-0.5 border-r border-line bg-canvas px-2 py-3">
      <Organization />
      <Link to="/today" className={link}>
        <Entry icon={Sunrise} word="Today" />
      </Link>
      <Tasks />
      <Link
        to="/events"
        search={() => rememberedEventsSearch()}
        activeOptions={{ includeSearch: false }}
        className={link}
      >
        <Entry icon={CalendarDays} word="Events" />
      </Link>
      <Link to="/clients" className={link}>
        <Entry icon={Users} word="Clients" />
      </Link>
      <Link
        to="/resources"
        search={() => rememberedResourcesSearch()}
        activeOptions={{ includeSearch: false }}
        className={link}
      >
        <Entry icon={Truck} word="Resources" />
      </Link>
      <Link to="/team" activeOptions={{ includeSearch: false }} className={link}>
        <Entry icon={UserCog} word="Team & permissions" />
      </Link>
      <Link to="/import" className={link}>
        <Entry icon={ArrowDownUp} word="Import & export" />
      </Link>
      <Link to="/settings" className={link}>
        <Entry icon={Settings} word="Settings" />
      </Link>
      <div className="mt-auto" />
      <UpdateNotice />
      <SyncState />
    </nav>
  );
}

/** With how many of one's own tasks are late, or of everybody's where one has none. */
function Tasks() {
  const format = useFormat();
  const counts = useQuery(taskCountsQuery).data;
  const late = counts ? counts.mine_overdue || counts.all_overdue : 0;
  return (
    <Link
      to="/tasks"
      search={() => rememberedTasksSearch()}
      activeOptions={{ includeSearch: false }}
      className={link}
    >
      <Entry icon={ListChecks} word="Tasks" />
      {late > 0 ? (
        <span className="ml-auto text-sm text-danger" title={`${format.number(late)} overdue`}>
          {format.number(late)}
          <span className="sr-only"> overdue</span>
        </span>
      ) : null}
    </Link>
  );
}

function Entry({ icon: Icon, word }: { icon: LucideIcon; word: string }) {
  return (
    <>
      <Icon size={15} strokeWidth={1.75} aria-hidden="true" className="shrink-0" />
      <span className="truncate">{word}</span>
    </>
  );
}

function Organization() {
  const session = useSession();
  const change = useStateChange((id: string) => commands.organizationSwitch({ organization_id: id }));
  const { organization, organizations } = session;
  const words = (
    <span className="min-w-0 flex-1 text-left">
      <span className="block truncate font-semibold" title={organization.name}>
        {organization.name}
      </span>
      <span className="block truncate text-sm text-text-3">
        {session.server.kind === "sample" ? "Sample data" : zoneName(organization.time_zone)}
      </span>
    </span>
  );
  if (organizations.length < 2) {
    return <div className="px-2 pt-0.5 pb-3">{words}</div>;
  }
  return (
    <div className="pb-2">
      <Menu
        title="Work in"
        trigger={
          <button
            type="button"
            aria-label={`Organization: ${organization.name}`}
            aria-busy={change.isPending || undefined}
            className="flex w-full items-center gap-2 rounded-md px-2 py-0.5 hover:bg-hover"
          >
            {words}
            <ChevronsUpDown size={14} aria-hidden="true" className="shrink-0 text-text-3" />
          </button>
        }
        entries={organizations.map((other) => ({
          key: other.id,
          label: other.name,
          note: other.id === organization.id ? <span className="text-sm text-text-3">open</span> : null,
          onSelect: () => {
            if (other.id !== organization.id) {
              change.mutate(other.id, { onError: complain });
            }
          },
        }))}
      />
    </div>
  );
}

const dots: Record<SyncStatus["state"], string> = {
  live: "bg-s-progress",
  syncing: "bg-s-planning",
  first_sync: "bg-s-planning",
  offline: "bg-warn",
  old_copy: "bg-warn",
};

function SyncState() {
  const session = useSession();
  const sync = useSync();
  const format = useFormat();
  const asOf = sync?.as_of ? ` · as of ${format.asOf(sync.as_of)}` : "";
  const words: Record<SyncStatus["state"], string> = {
    live: "Up to date",
    syncing: "Catching up…",
    first_sync: "Getting the first copy…",
    offline: `Offline${asOf}`,
    old_copy: `Older copy${asOf}`,
  };
  return (
    <div className="grid gap-0.5 px-2 pt-2 text-text-2">
      <div role="status" aria-label="Sync" className="flex items-center gap-2">
        <span
          aria-hidden="true"
          className={cx("size-[7px] shrink-0 rounded-full", sync ? dots[sync.state] : "bg-line")}
        />
        <span className="truncate">{sync ? words[sync.state] : "…"}</span>
      </div>
      <div className="truncate text-text-3" title={session.email}>
        {session.display_name} · {session.role}
      </div>
    </div>
  );
}
