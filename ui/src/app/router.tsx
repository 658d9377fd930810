import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  type RouterHistory,
  redirect,
} from "@tanstack/react-router";
import { lazy } from "react";
import { Button } from "@/components/Button";
import { Empty, Failed } from "@/components/States";
import { ClientListScreen } from "@/features/clients/ClientListScreen";
import { EventListScreen } from "@/features/events/EventListScreen";
import { EventScreen } from "@/features/events/EventScreen";
import { readEventsSearch } from "@/features/events/search-params";
import { Shell } from "./Shell";

// Events, an event and the clients open at once; what is rarer is read from disk when it is first asked for.
const EventNewScreen = lazy(async () => ({
  default: (await import("@/features/events/EventFormScreens")).EventNewScreen,
}));
const EventEditScreen = lazy(async () => ({
  default: (await import("@/features/events/EventFormScreens")).EventEditScreen,
}));
const ClientScreen = lazy(async () => ({
  default: (await import("@/features/clients/ClientScreen")).ClientScreen,
}));
const ClientEditScreen = lazy(async () => ({
  default: (await import("@/features/clients/ClientEditScreen")).ClientEditScreen,
}));
const ImportScreen = lazy(async () => ({
  default: (await import("@/features/import/ImportScreen")).ImportScreen,
}));
const SettingsScreen = lazy(async () => ({
  default: (await import("@/features/settings/SettingsScreen")).SettingsScreen,
}));

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
    throw redirect({ to: "/events" });
  },
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
  validateSearch: (search): { tab?: "activity" | undefined } => ({
    tab: search.tab === "activity" ? "activity" : undefined,
  }),
  component: () => {
    const { eventId } = event.useParams();
    return <EventScreen key={eventId} eventId={eventId} tab={event.useSearch().tab ?? "overview"} />;
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
const imports = createRoute({
  getParentRoute: () => root,
  path: "/import",
  component: () => <ImportScreen />,
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: () => <SettingsScreen />,
});

const tree = root.addChildren([
  home,
  events,
  eventNew,
  event,
  eventEdit,
  clients,
  clientNew,
  client,
  clientEdit,
  imports,
  settings,
]);

/** The window has no address bar: the hash keeps screen and filters through a reload. */
export function newRouter(history: RouterHistory = createHashHistory()) {
  return createRouter({ routeTree: tree, history, defaultPreload: false, scrollRestoration: false });
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
      action={<Button onClick={() => window.location.replace("#/events")}>Go to events</Button>}
    />
  );
}
