import { useNavigate } from "@tanstack/react-router";
import {
  Archive,
  ArrowDownUp,
  Building2,
  CalendarDays,
  CalendarPlus,
  Columns3,
  Info,
  ListChecks,
  ListPlus,
  LogOut,
  Monitor,
  MonitorSmartphone,
  Moon,
  PackagePlus,
  ScrollText,
  Settings,
  Sun,
  Sunrise,
  Truck,
  Undo2,
  UserCog,
  UserPlus,
  Users,
} from "lucide-react";
import { useUndoLatest } from "@/components/actions";
import { useStateChange } from "@/components/app-state";
import { complain, modifier } from "@/components/notices";
import { useReadOnly, useSession } from "@/components/session";
import { setTheme } from "@/components/theme";
import { commands } from "@/ipc/bindings";
import type { Act } from "./items";

/** What can be done from anywhere. */
export function usePaletteActs(onClose: () => void): Act[] {
  const navigate = useNavigate();
  const readOnly = useReadOnly();
  const session = useSession();
  const { undoLatest } = useUndoLatest();
  const signOut = useStateChange(() => commands.signOut());
  const change = useStateChange((id: string) => commands.organizationSwitch({ organization_id: id }));
  const then = (run: () => unknown) => () => {
    onClose();
    void run();
  };
  const may = (permission: string) =>
    readOnly ??
    (session.permissions.includes(permission) ? null : "You may not do this in this organization.");
  return [
    {
      words: "New event",
      icon: CalendarPlus,
      keys: "N",
      reason: may("events.create"),
      run: then(() => navigate({ to: "/events/new" })),
    },
    {
      words: "New task",
      icon: ListPlus,
      reason: may("tasks.create"),
      run: then(() => navigate({ to: "/tasks", search: { new: true } })),
    },
    {
      words: "New client",
      icon: UserPlus,
      reason: may("clients.create"),
      run: then(() => navigate({ to: "/clients/new" })),
    },
    {
      words: "New resource",
      icon: PackagePlus,
      reason: may("resources.create"),
      run: then(() => navigate({ to: "/resources/new" })),
    },
    {
      words: "Invite a colleague",
      icon: UserPlus,
      reason: may("members.edit"),
      run: then(() => navigate({ to: "/team", search: { invite: true } })),
    },
    {
      words: "Undo the latest change",
      icon: Undo2,
      keys: `${modifier}Z`,
      reason: readOnly,
      run: then(undoLatest),
    },
    { words: "Go to today", icon: Sunrise, run: then(() => navigate({ to: "/today" })) },
    {
      words: "Go to my tasks",
      icon: ListChecks,
      run: then(() => navigate({ to: "/tasks", search: { tab: "mine" } })),
    },
    {
      words: "Go to all tasks",
      icon: ListChecks,
      run: then(() => navigate({ to: "/tasks", search: { tab: "all" } })),
    },
    {
      words: "Go to overdue tasks",
      icon: ListChecks,
      run: then(() => navigate({ to: "/tasks", search: { tab: "overdue" } })),
    },
    { words: "Go to events", icon: CalendarDays, run: then(() => navigate({ to: "/events" })) },
    {
      words: "Go to the board",
      icon: Columns3,
      run: then(() => navigate({ to: "/events", search: { view: "board" } })),
    },
    { words: "Go to clients", icon: Users, run: then(() => navigate({ to: "/clients" })) },
    { words: "Go to resources", icon: Truck, run: then(() => navigate({ to: "/resources" })) },
    { words: "Go to team and permissions", icon: UserCog, run: then(() => navigate({ to: "/team" })) },
    {
      words: "Go to import and export",
      icon: ArrowDownUp,
      run: then(() => navigate({ to: "/import" })),
    },
    { words: "Go to settings", icon: Settings, run: then(() => navigate({ to: "/settings" })) },
    {
      words: "Go to devices and password",
      icon: MonitorSmartphone,
      run: then(() => navigate({ to: "/settings/$section", params: { section: "account" } })),
    },
    ...(session.server.kind === "local" && session.role === "administrator"
      ? [
          {
            words: "Back up, restore, or move to a server",
            icon: Archive,
            run: then(() => navigate({ to: "/settings/$section", params: { section: "backups" } })),
          },
        ]
      : []),
    {
      words: "Show the log and copy diagnostics",
      icon: ScrollText,
      run: then(() => navigate({ to: "/settings/$section", params: { section: "logs" } })),
    },
    {
      words: "About Cloche and its licences",
      icon: Info,
      run: then(() => navigate({ to: "/settings/$section", params: { section: "about" } })),
    },
    { words: "Use the dark theme", icon: Moon, run: then(() => setTheme("dark")) },
    { words: "Use the light theme", icon: Sun, run: then(() => setTheme("light")) },
    { words: "Use the system's theme", icon: Monitor, run: then(() => setTheme("system")) },
    ...session.organizations
      .filter((organization) => organization.id !== session.organization.id)
      .map((organization) => ({
        words: `Switch to ${organization.name}`,
        icon: Building2,
        run: then(() => change.mutate(organization.id, { onError: complain })),
      })),
    { words: "Sign out", icon: LogOut, run: then(() => signOut.mutate(undefined, { onError: complain })) },
  ];
}
