import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { statuses } from "@/components/statuses";
import { FakeDesk, refusal } from "@/testing/fake-desk";
import type { OfficeEvent } from "@/testing/office";
import { asked, expectAccessible, open } from "@/testing/render";

const board = "/events?view=%22board%22";
const planned = (desk: FakeDesk): OfficeEvent => {
  const found = desk.office.events.find((event) => event.status === "planning" && !event.is_archived);
  if (!found) {
    throw new Error("the invented office has a planned event");
  }
  found.name = "Gala dinner Vega";
  return found;
};
const column = (word: string) => screen.getByRole("region", { name: new RegExp(`^${word}: `) });
const findCard = () => screen.findByRole("button", { name: /^Gala dinner Vega, / });

async function moveTo(user: ReturnType<typeof open>["user"], status: string) {
  await user.click(screen.getByRole("button", { name: "Move Gala dinner Vega" }));
  const item = await screen.findByRole("menuitem", { name: new RegExp(`^${status}`) });
  await waitFor(() => expect(item).not.toHaveTextContent("…"));
  return item;
}

describe("the board", () => {
  // jsdom lays nothing out: columns stand side by side, cards in them.
  beforeEach(() => {
    vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (this: Element) {
      const column = this.closest("[data-status]");
      if (!column) {
        // Everything around the board, or the card in the air above Planning.
        return this.querySelector("[data-status]")
          ? new DOMRect(0, 0, 1600, 800)
          : new DOMRect(205, 40, 180, 80);
      }
      const x = statuses.indexOf(column.getAttribute("data-status") as never) * 200;
      return this.hasAttribute("data-status") ? new DOMRect(x, 0, 190, 600) : new DOMRect(x + 5, 40, 180, 80);
    });
  });

  it("shows a move as pending until the server has it", async () => {
    const desk = new FakeDesk(24);
    planned(desk);
    const { user } = open(board, desk);
    await findCard();
    await expectAccessible();
    const release = desk.hold("event_advance");
    await user.click(await moveTo(user, "Preparation"));
    const pending = await within(column("Preparation")).findByRole("button", {
      name: "Gala dinner Vega, Planning, saving",
    });
    expect(pending).toHaveAttribute("aria-busy", "true");
    release();
    await within(column("Preparation")).findByRole("button", { name: "Gala dinner Vega, Preparation" });
    await screen.findByText("Moved Gala dinner Vega to Preparation");
  });

  it("puts a refused move back with the reason", async () => {
    const desk = new FakeDesk();
    planned(desk);
    desk.refuse("event_advance", refusal("Hanna O'Brien cancelled this event a moment ago."));
    const { user } = open(board, desk);
    await findCard();
    await user.click(await moveTo(user, "Preparation"));
    await screen.findByText("Hanna O'Brien cancelled this event a moment ago.");
    await within(column("Planning")).findByRole("button", { name: "Gala dinner Vega, Planning" });
    expect(within(column("Preparation")).queryByRole("button", { name: /^Gala dinner Vega,/ })).toBeNull();
  });

  it("offers only what is possible and says why the rest is not", async () => {
    const desk = new FakeDesk();
    planned(desk);
    const { user } = open(board, desk);
    await findCard();
    const item = await moveTo(user, "Completed");
    expect(item).toHaveAttribute("aria-disabled", "true");
    expect(item).toHaveTextContent("from Planning it cannot become Completed");
  });

  it("moves with the keyboard: Space, arrow, Space", async () => {
    const desk = new FakeDesk();
    const event = planned(desk);
    open(board, desk);
    const card = await findCard();
    card.focus();
    fireEvent.keyDown(card, { code: "Space", key: " " });
    // The shell's verdicts mark where the card may go.
    await waitFor(() => expect(column("Preparation").className).toContain("border-accent"));
    fireEvent.keyDown(document, { code: "ArrowRight", key: "ArrowRight" });
    await screen.findByText("Over Preparation.");
    fireEvent.keyDown(document, { code: "Space", key: " " });
    const [input] = await asked(desk, "event_advance");
    expect(input).toMatchObject({ event_id: event.id, to: "preparation" });
  });

  it("moves with the pointer, and a card put where it may not go stays where it was", async () => {
    const desk = new FakeDesk();
    planned(desk);
    open(board, desk);
    const drag = async (to: number) => {
      const card = await findCard();
      fireEvent.pointerDown(card, { button: 0, isPrimary: true, clientX: 250, clientY: 60 });
      fireEvent.pointerMove(document, { clientX: 300, clientY: 80 });
      await waitFor(() => expect(column("Preparation").className).toContain("border-accent"));
      fireEvent.pointerMove(document, { clientX: to, clientY: 100 });
      return card;
    };
    await drag(850);
    await screen.findByText("Over Completed.");
    fireEvent.pointerUp(document);
    await screen.findAllByText(/from Planning it cannot become Completed/);
    expect(desk.asked("event_advance")).toHaveLength(0);
    await drag(450);
    await screen.findByText("Over Preparation.");
    fireEvent.pointerUp(document);
    await within(column("Preparation")).findByRole("button", { name: "Gala dinner Vega, Preparation" });
  });

  it("asks for the reason when an event is moved to cancelled", async () => {
    const desk = new FakeDesk();
    const event = planned(desk);
    const { user } = open(board, desk);
    await findCard();
    await user.click(await moveTo(user, "Cancelled"));
    const dialog = await screen.findByRole("dialog", { name: "Cancel this event?" });
    await user.type(within(dialog).getByLabelText("Reason"), "The client postponed");
    await user.click(within(dialog).getByRole("button", { name: "Cancel event" }));
    const [input] = await asked(desk, "event_cancel");
    expect(input).toMatchObject({ event_id: event.id, reason: "The client postponed" });
  });
});
