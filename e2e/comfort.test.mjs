/** Links from elsewhere, a second start, another profile, and a window that comes back where it stood. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { program } from "./harness/desk.mjs";
import { onToday, openFromPalette, upToDate } from "./harness/office.mjs";
import { eventually, startProgram } from "./harness/programs.mjs";
import { story } from "./harness/story.mjs";

const SERVER_LINK = "cloche://server?host=127.0.0.1&port=1&db=x&id=01900000-0000-7000-8000-000000000001";

function xdotool(person, ...args) {
  return spawnSync("xdotool", args.map(String), { env: person.env, encoding: "utf8" }).stdout;
}

function geometry(person, window) {
  const said = xdotool(person, "getwindowgeometry", "--shell", window);
  const number = (name) => Number(new RegExp(`^${name}=(-?\\d+)$`, "m").exec(said)?.[1]);
  return { x: number("X"), y: number("Y"), width: number("WIDTH"), height: number("HEIGHT") };
}

story(
  "links reach the open window, profiles stand side by side, the window comes back",
  async ({ person }) => {
    const ana = await person({ name: "ana" });
    const desk = await ana.openDesk();
    const { screen } = desk;
    /** Starts Cloche once more, as the system does for a click on a link; it hands over and ends. */
    const click = (link) => {
      const second = spawnSync(program, [link], { env: ana.env, encoding: "utf8", timeout: 20_000 });
      assert.equal(second.status, 0, second.stderr);
    };
    await screen.see("heading", "Welcome to Cloche");
    click(SERVER_LINK);
    await screen.see("heading", "Connect to a server");
    const box = await screen.see("textbox", "Server link");
    assert.equal(await box.getValue(), SERVER_LINK, "it is filled in, and nothing has happened yet");
    await screen.click("button", "Back");

    await screen.click("button", "Explore with sample data");
    await onToday(screen);
    await upToDate(screen);
    await openFromPalette(screen, "Wedding Müller");
    await screen.click("button", "More actions");
    await screen.click("menuitem", "Copy link");
    await screen.reads("Link copied.");
    await screen.press("Control", "k");
    const find = await screen.see("combobox", null);
    await screen.press("Control", "v");
    const link = await find.getValue();
    assert.match(link, /^cloche:\/\/event\/[0-9a-f-]{36}\?office=[0-9a-f-]{36}$/, "it can be pasted");
    await screen.press("Escape");
    await screen.click("link", "Clients");
    await screen.see("heading", "Clients");
    click(link);
    await screen.see("heading", "Wedding Müller");
    click(link.replace(/office=.*/, "office=01900000-0000-7000-8000-000000000009"));
    await screen.reads("belongs to an organization that you are not signed in to here");
    click("cloche://event/../../quit");
    await screen.reads("Cloche does not know what this link is for");
    click(SERVER_LINK);
    await screen.see("dialog", "Connect to another server?");
    await screen.click("button", "Stay here");
    await screen.see("heading", "Wedding Müller");

    const training = startProgram(program, ["--profile", "training"], {
      env: ana.env,
      log: ana.log("training"),
    });
    await eventually("another profile opens a window beside", () =>
      xdotool(ana, "search", "--onlyvisible", "--name", "^Cloche – training$").trim(),
    );
    assert.ok(existsSync(join(ana.env.XDG_DATA_HOME, "cloche", "profiles", "profile-training", "desk.lock")));
    assert.ok(desk.isOpen(), "and the first one stays");
    await training.stop();

    const window = await desk.window();
    xdotool(ana, "windowmove", window, 140, 90);
    xdotool(ana, "windowsize", window, 1180, 760);
    const wanted = { x: 140, y: 90, width: 1180, height: 760 };
    const file = join(ana.env.XDG_DATA_HOME, "cloche", "window.json");
    await eventually("the window's place is kept", () => {
      const { bounds } = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
      return JSON.stringify(bounds) === JSON.stringify(wanted);
    });
    await desk.close();

    const again = await ana.openDesk();
    await onToday(again.screen);
    assert.deepEqual(geometry(ana, await again.window()), wanted, "it stands where it stood");
    await again.close();
  },
);
