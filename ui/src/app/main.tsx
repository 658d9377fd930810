import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { applyTheme } from "@/components/theme";
import { updateQuery } from "@/components/updates/queries";
import "@/styles/app.css";
import { App } from "./App";
import { newQueryClient } from "./query-client";
import { loadFirstScreen, readOtherScreens } from "./router";
import { followForGood, openAhead } from "./state";

/** A start that takes longer than this many milliseconds says so; any other shows its first screen at once, whole. */
const patience = 150;

async function openWindow(root: HTMLElement): Promise<void> {
  const client = newQueryClient();
  followForGood(client);
  await Promise.race([
    Promise.all([openAhead(client), loadFirstScreen()]),
    new Promise((resolve) => setTimeout(resolve, patience)),
  ]);
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
  // The first screen is painted by then.
  setTimeout(() => {
    void readOtherScreens();
    // Also before anybody has signed in: the shell takes it for the sign that the window stands.
    void client.prefetchQuery(updateQuery);
  }, 300);
}

applyTheme();
const root = document.getElementById("root");
if (root) {
  void openWindow(root);
}
