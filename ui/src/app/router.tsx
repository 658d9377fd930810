import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  type RouterHistory,
  redirect,
} from "@tanstack/react-router";
import { type FunctionComponent, lazy } from "react";
import { Button } from "@/components/Button";
import { Empty, Failed } from "@/components/States";
import { readEventsSearch } from "@/features/events/search-params";
import { readResourceSearch, readResourcesSearch } from "@/features/resources/search-params";
import { readTasksSearch } from "@/features/tasks/search-params";
import { readTeamSearch } from "@/features/team/search-params";
import { TodayScreen } from "@/features/today/TodayScreen";
import { Shell } from "./Shell";

/** Screens other than the first. */
const rest: (() => Promise<unknown>)[] = [];

function later<Props>(read: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  rest.push(read);
  return lazy(async () => ({ default: await read() })) as unknown as FunctionComponent<Props>;
}

/** Reads what the first screen did without, so that every other one opens at once too. */
export async function readOtherScreens(): Promise<void> {
  for (const read of rest) {
    await read();
  }
}

const EventListScreen = later(
  async () => (await import("@/features/events/EventListScreen")).EventListScreen,
);
const EventScreen = later(async () => (await import("@/features/events/EventScreen")).EventScreen);
const ClientListScreen = later(
  async () => (await import("@/features/clients/ClientListScreen")).ClientListScreen,
);
const EventNewScreen = later(async () => (await import("@/features/events/EventFormScreens")).EventNewScreen);
const EventEditScreen = later(
  async () => (await import("@/features/events/EventFormScreens")).EventEditScreen,
);
const ClientScreen = later(async () => (await import("@/features/clients/ClientScreen")).ClientScreen);
const ClientEditScreen = later(
  async () => (await import("@/features/clients/ClientEditScreen")).ClientEditScreen,
);
const TasksScreen = later(async () => (await import("@/features/tasks/TasksScreen")).TasksScreen);
const EventSheetScreen = later(
  async () => (await import("@/features/sheets/EventSheetScreen")).EventSheetScreen,
);
const PersonDayScreen = later(
  async () => (await import("@/features/sheets/PersonDayScreen")).PersonDayScreen,
);
const ImportScreen = later(async () => (await import("@/features/import/ImportScreen")).ImportScreen);
const SettingsScreen = later(async () => (await import("@/features/settings/SettingsScreen")).SettingsScreen);
const TeamScreen = later(async () => (await import("@/features/team/TeamScreen")).TeamScreen);
const ResourceListScreen = later(
  async () => (await import("@/features/resources/ResourceListScreen")).ResourceListScreen,
);
const ResourceScreen = later(
  async () => (await import("@/features/resources/ResourceScreen")).ResourceScreen,
);
const ResourceEditScreen = later(
  async () => (await import("@/features/resources/ResourceEditScreen")).ResourceEditScreen,
);

const eventTabs = ["tasks", "staff", "activity"] as const;
type EventTab = (typeof eventTabs)[number];

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

const root = createRootRoute({
  component: Shell,
  errorComponent: ({ error, reset }) => <Failed error={error} onRetry={reset} />,
  notFoundComponent: () => <Nowhere />,
});
const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/today" });
  },
});
const today = createRoute({
  getParentRoute: () => root,
  path: "/today",
  component: TodayScreen,
});
const tasks = createRoute({
  getParentRoute: () => root,
  path: "/tasks",
  validateSearch: readTasksSearch,
  component: () => <TasksScreen search={tasks.useSearch()} />,
});
const events = createRoute({
  getParentRoute: () => root,
  path: "/events",
  validateSearch: readEventsSearch,
  component: EventListScreen,
});
const eventNew = createRoute({
  getParentRoute: () => root,
  path: "/events/new",
  validateSearch: (search): { client?: string | undefined } => ({ client: text(search.client) }),
  component: () => <EventNewScreen clientId={eventNew.useSearch().client ?? null} />,
});
const event = createRoute({
  getParentRoute: () => root,
  path: "/events/$eventId",
  validateSearch: (search): { tab?: EventTab | undefined; task?: string | undefined } => ({
    tab: eventTabs.find((tab) => tab === search.tab),
    task: text(search.task),
  }),
  component: () => {
    const { eventId } = event.useParams();
    const { tab = "overview", task = null } = event.useSearch();
    return <EventScreen key={eventId} eventId={eventId} tab={tab} taskId={task} />;
  },
});
const eventEdit = createRoute({
  getParentRoute: () => root,
  path: "/events/$eventId/edit",
  component: () => {
    const { eventId } = eventEdit.useParams();
    return <EventEditScreen key={eventId} eventId={eventId} />;
  },
});
const eventSheet = createRoute({
  getParentRoute: () => root,
  path: "/events/$eventId/sheet",
  component: () => {
    const { eventId } = eventSheet.useParams();
    return <EventSheetScreen key={eventId} eventId={eventId} />;
  },
});
const personDay = createRoute({
  getParentRoute: () => root,
  path: "/resources/$resourceId/day/$date",
  component: () => <PersonDayScreen {...personDay.useParams()} />,
});
const clients = createRoute({
  getParentRoute: () => root,
  path: "/clients",
  validateSearch: (search): { text?: string | undefined } => ({ text: text(search.text) }),
  component: () => <ClientListScreen text={clients.useSearch().text ?? ""} />,
});
const clientNew = createRoute({
  getParentRoute: () => root,
  path: "/clients/new",
  component: () => <ClientEditScreen clientId={null} />,
});
const client = createRoute({
  getParentRoute: () => root,
  path: "/clients/$clientId",
  component: () => {
    const { clientId } = client.useParams();
    return <ClientScreen key={clientId} clientId={clientId} />;
  },
});
const clientEdit = createRoute({
  getParentRoute: () => root,
  path: "/clients/$clientId/edit",
  component: () => {
    const { clientId } = clientEdit.useParams();
    return <ClientEditScreen key={clientId} clientId={clientId} />;
  },
});
const resources = createRoute({
  getParentRoute: () => root,
  path: "/resources",
  validateSearch: readResourcesSearch,
  component: () => <ResourceListScreen />,
});
const resourceNew = createRoute({
  getParentRoute: () => root,
  path: "/resources/new",
  component: () => <ResourceEditScreen resourceId={null} />,
});
const resource = createRoute({
  getParentRoute: () => root,
  path: "/resources/$resourceId",
  validateSearch: readResourceSearch,
  component: () => {
    const { resourceId } = resource.useParams();
    return <ResourceScreen key={resourceId} resourceId={resourceId} />;
  },
});
const resourceEdit = createRoute({
  getParentRoute: () => root,
  path: "/resources/$resourceId/edit",
  component: () => {
    const { resourceId } = resourceEdit.useParams();
    return <ResourceEditScreen key={resourceId} resourceId={resourceId} />;
  },
});
const team = createRoute({
  getParentRoute: () => root,
  path: "/team",
  validateSearch: readTeamSearch,
  component: () => <TeamScreen search={team.useSearch()} />,
});
const imports = createRoute({
  getParentRoute: () => root,
  path: "/import",
  component: () => <ImportScreen />,
});
const settingsHome = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  beforeLoad: () => {
    throw redirect({ to: "/settings/$section", params: { section: "general" } });
  },
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings/$section",
  component: () => <SettingsScreen section={settings.useParams().section} />,
});

const tree = root.addChildren([
  home,
  today,
  tasks,
  events,
  eventNew,
  event,
  eventEdit,
  eventSheet,
  personDay,
  clients,
  clientNew,
  client,
  clientEdit,
  resources,
  resourceNew,
  resource,
  resourceEdit,
  team,
  imports,
  settingsHome,
  settings,
]);

function newRouter(history: RouterHistory = createHashHistory()) {
  return createRouter({ routeTree: tree, history, defaultPreload: false, scrollRestoration: false });
}

let first: ReturnType<typeof newRouter> | undefined;

/** Finds the first screen while its data is being read, so that it can be drawn at once. */
export async function loadFirstScreen(): Promise<void> {
  first = newRouter();
  await first.load();
}

/** The window has no address bar: the hash keeps screen and filters through a reload. */
export function takeRouter(): ReturnType<typeof newRouter> {
  const router = first ?? newRouter();
  first = undefined;
  return router;
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}

function Nowhere() {
  return (
    <Empty
      title="There is nothing here."
      action={<Button onClick={() => window.location.replace("#/today")}>Go to Today</Button>}
    />
  );
}
