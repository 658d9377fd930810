/** The whole app over an invented desk, as a person meets it. */
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { toast } from "sonner";
import { expect } from "vitest";
import { App } from "@/app/App";
import { newQueryClient } from "@/app/query-client";
import { FakeDesk } from "./fake-desk";

export function open(path = "/events", desk: FakeDesk = new FakeDesk()) {
  toast.dismiss();
  window.history.replaceState(null, "", `#${path}`);
  const user = userEvent.setup();
  const view = render(
    <QueryClientProvider client={newQueryClient()}>
      <App />
    </QueryClientProvider>,
  );
  return { desk, user, ...view };
}

/** What stands between a person and this screen, as axe sees it; jsdom has no colours to judge. The router's links
 * begin with a hash, which axe takes for skip links. */
export async function expectAccessible(container: Element = document.body): Promise<void> {
  const { violations } = await axe.run(container, {
    rules: {
      "color-contrast": { enabled: false },
      region: { enabled: false },
      "skip-link": { enabled: false },
    },
  });
  const told = violations.map(
    (one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).join(" | ")}`,
  );
  expect(told).toEqual([]);
}

/** The row, heading or button is there once the desk has answered. */
export async function heading(name: string | RegExp) {
  return screen.findByRole("heading", { level: 1, name });
}

/** Waits until the desk was asked `command` `times` times. */
export async function asked(desk: FakeDesk, command: string, times = 1) {
  await waitFor(() => expect(desk.asked(command).length).toBeGreaterThanOrEqual(times));
  return desk.asked(command);
}
