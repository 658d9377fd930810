/** Two desks on one server, and a desk whose server has gone. */
import assert from "node:assert/strict";
import { connect, onToday, openFromPalette, statusOf, upToDate, withinASecond } from "./harness/office.mjs";
import { eventually } from "./harness/programs.mjs";
import { startServer } from "./harness/server.mjs";
import { story } from "./harness/story.mjs";

/** The name of an event in this status, as the table shows it. */
function anyEvent(screen, status) {
  return eventually(`an event in ${status} is listed`, () =>
    screen.browser.execute((word) => {
      const rows = [...document.querySelectorAll("[role=grid] [role=row][aria-rowindex]")];
      return (
        rows.find((row) => row.lastElementChild?.textContent === word)?.firstElementChild?.textContent ?? null
      );
    }, status),
  );
}

story(
  "two desks see each other's changes within a second, and read on when the server is gone",
  async (scene) => {
    const server = await startServer(scene);
    const [administrator] = server.people;
    const [left, right] = await Promise.all([
      scene.person({ name: "left" }),
      scene.person({ name: "right" }),
    ]);
    const [ana, max] = [await left.openDesk(), await right.openDesk()];
    for (const desk of [ana, max]) {
      await connect(desk.screen, { link: server.link, ...administrator });
      await upToDate(desk.screen);
    }

    await ana.screen.click("link", "Events");
    const name = await anyEvent(ana.screen, "Inquiry");
    await openFromPalette(ana.screen, name);
    await openFromPalette(max.screen, name);
    assert.equal(await statusOf(max.screen), "Inquiry");

    await ana.screen.click("button", "Move to Planning");
    assert.equal(await statusOf(ana.screen, "Planning"), "Planning");
    await withinASecond("the event's step", () => statusOf(max.screen, "Planning"));

    await max.screen.click("button", "Move to Preparation");
    await statusOf(ana.screen, "Preparation");

    await server.stop();
    await ana.screen.reads("Offline");
    const move = await ana.screen.see("button", "Move to In progress");
    assert.equal(await move.getAttribute("aria-disabled"), "true", "offline one reads and does not change");
    await ana.picture("offline");

    await ana.close();
    const again = await left.openDesk();
    await onToday(again.screen);
    await again.screen.reads("Offline");
    await openFromPalette(again.screen, name);
    assert.equal(await statusOf(again.screen), "Preparation");
    await again.close();
    await max.close();
  },
);
