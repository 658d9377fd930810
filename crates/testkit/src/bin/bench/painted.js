// Runs inside the window. Goes to each place in turn and answers how many milliseconds each took until it was painted.
const [places, rows, least, answer] = arguments;

const frame = () => new Promise((go) => requestAnimationFrame(go));

/** Answers when the next frame has been painted: what is posted before a frame is drawn arrives after it. */
const painted = () =>
  new Promise((done) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done();
      channel.port2.postMessage(null);
    });
  });

/** Answers once `look` finds what it looks for; looks again after every change of the document. */
function seen(look, what) {
  return new Promise((found, fail) => {
    if (look()) {
      found();
      return;
    }
    const patience = setTimeout(() => fail(new Error(`${what} did not come: ${location.hash}`)), 20000);
    const watching = new MutationObserver(() => {
      if (look()) {
        clearTimeout(patience);
        watching.disconnect();
        found();
      }
    });
    watching.observe(document.documentElement, { childList: true, subtree: true, attributes: true });
  });
}

/** What the page remembers of answers: found where React keeps it, for no page tells. */
function memory() {
  const root = document.getElementById("root");
  const key = Object.keys(root).find((name) => name.startsWith("__reactContainer$"));
  const open = [root[key].stateNode.current];
  while (open.length > 0) {
    const fiber = open.pop();
    if (fiber.memoizedProps?.client?.getQueryCache) {
      return fiber.memoizedProps.client;
    }
    open.push(...[fiber.sibling, fiber.child].filter((next) => next !== null));
  }
  throw new Error("The page's memory was not found.");
}

const away = () => document.querySelector('main input[type="password"], main form, main h1');

async function turn(place, client) {
  location.hash = "#/import";
  await seen(() => away() && document.querySelectorAll(rows).length === 0, "the screen in between");
  // Whatever the screen in between still does is over by then.
  for (let count = 0; count < 8; count += 1) {
    await frame();
  }
  for (const root of ["today", "tasks", "events", "resources", "schedule"]) {
    client.removeQueries({ queryKey: [root], type: "inactive" });
  }
  const link = document.querySelector(`nav a[href="${place}"], nav a[href^="${place}?"]`);
  const begun = performance.now();
  if (link) {
    link.click();
  } else {
    location.hash = place;
  }
  await seen(() => document.querySelectorAll(rows).length >= least, "its rows");
  await painted();
  return performance.now() - begun;
}

async function all() {
  await seen(() => document.querySelector("nav"), "the window");
  const client = memory();
  const took = [];
  for (const place of places) {
    took.push(await turn(place, client));
  }
  return took;
}

all().then(answer, (error) => answer(String(error)));
