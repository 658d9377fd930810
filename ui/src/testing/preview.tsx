/** The app with an invented office instead of a shell, to look at screens: `vite` and open /preview.html?as=ready. */
import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { App } from "@/app/App";
import { newQueryClient } from "@/app/query-client";
import { applyTheme } from "@/components/theme";
import type { AppState } from "@/ipc/types";
import "@/styles/app.css";
import { FakeDesk, live, ready, refusal, session } from "./fake-desk";

// As in the window itself.
Object.freeze(Object.prototype);

const asked = new URLSearchParams(window.location.search);
// The router reads the part before the hash too, and these words are not for it.
window.history.replaceState(null, "", window.location.pathname + window.location.hash);
const states: Record<string, AppState> = {
  ready,
  first_run: { phase: "first_run", known: [] },
  starting: { phase: "starting", message: "Starting the database…" },
  sign_in: { phase: "sign_in", server: session.server, email: session.email, message: null },
  too_old: { phase: "update_required", server: session.server, needed: "2.0.0" },
  failed: {
    phase: "failed",
    error: refusal("Cloche's data folder cannot be written to.", { code: "internal", reference: "7F3A-22" }),
  },
};

const desk = new FakeDesk(Number(asked.get("size") ?? 1400));
desk.state = states[asked.get("as") ?? "ready"] ?? ready;
const sync = asked.get("sync");
if (sync === "offline") {
  desk.sync = { ...live, state: "offline" };
} else if (sync === "first_sync") {
  desk.sync = { ...live, state: "first_sync", rows_done: 12_400, rows_total: 50_000 };
}
if (asked.get("theme")) {
  localStorage.setItem("cloche.theme", asked.get("theme") ?? "");
}
if (asked.has("empty")) {
  desk.office = { clients: [], events: [], activity: [] };
  desk.tasks = [];
  desk.schedule = { ...desk.schedule, resources: [], entries: [] };
}
for (const command of asked.getAll("hold")) {
  desk.hold(command);
}
applyTheme();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <QueryClientProvider client={newQueryClient()}>
      <App />
    </QueryClientProvider>,
  );
}
