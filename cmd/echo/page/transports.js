// What happens on the page of the transports.

const readEvery = 1000; // milliseconds, the figures
const viewer = Array.from(crypto.getRandomValues(new Uint8Array(16)), hexOf).join("");
const origins = new Set(); // of the transports
const parts = about.map((a) => {
  const measure = new Measure(a.name);
  const part = { name: a.name, measure, client: null };
  part.panel = new Panel(a, measure, () => cut(part));
  part.row = new Row(a, measure);
  return part;
});
let publisher = null;

// Only the answers of the transports may become scripts.
if (window.trustedTypes) {
  trustedTypes.createPolicy("default", {
    createScriptURL: (url) => (origins.has(new URL(url, location.href).origin) ? url : null),
  });
}

function begin(part, figures, cursor) {
  origins.add(figures.origin);
  part.origin = figures.origin;
  part.client = connect(figures.origin + "/comet/" + viewer + "/", {
    transports: [part.name],
    cursor,
    types: ["tick"],
    onevent: (e) => part.measure.takes(e),
    onstate: (s) => part.measure.changes(s),
  });
}

function cut(part) {
  if (!part.client) return;
  part.measure.cut();
  part.client.cut(cutFor);
  part.panel.show();
}

function show() {
  for (const part of parts) part.measure.settle();
  if (document.hidden) return;
  for (const part of parts) {
    part.panel.show();
    part.row.show();
  }
}

function showState(state) {
  byId("state").dataset.state = state;
  byId("state").textContent = state === "lost" ? "server lost" : state;
}

// read reads the figures. Whoever does keeps the publisher going.
async function read() {
  try {
    const r = await fetch("/transports/figures/" + viewer, { cache: "no-store" });
    if (!r.ok) throw new Error((await r.text()).trim());
    const f = await r.json();
    for (const part of parts) {
      const figures = f.transports[part.name];
      if (!part.client) begin(part, figures, f.cursor);
      if (part.origin !== figures.origin) throw new Error("The server was restarted: reload this page.");
      part.measure.counts(figures);
    }
    if (JSON.stringify(publisher) !== JSON.stringify(f.publisher)) showPublisher(f.publisher);
    if (byId("state").dataset.state === "lost") showError("");
    showState("live");
  } catch (e) {
    showState("lost");
    showError(e instanceof TypeError ? "The server does not answer." : e.message);
  }
  setTimeout(read, readEvery);
}

function showPublisher(p) {
  publisher = p;
  for (const name of ["rate", "size", "burst"]) byId(name).value = p[name];
}

async function publish() {
  const wanted = Object.fromEntries(["rate", "size", "burst"].map((name) => [name, byId(name).valueAsNumber]));
  const r = await fetch("/transports/publisher", { method: "POST", body: JSON.stringify(wanted) }).catch(() => null);
  if (!r) return showError("The server does not answer.");
  if (!r.ok) return showError((await r.text()).trim());
  publisher = await r.json();
  showError("");
  announce("Published: " + count(publisher.rate, "burst") + " a second of " + count(publisher.burst, "event") + " of " + octets(publisher.size));
}

byId("panels").append(...parts.map((part) => part.panel.root));
byId("compare").tBodies[0].append(...parts.map((part) => part.row.root));
byId("publisher").addEventListener("submit", (event) => {
  event.preventDefault();
  publish();
});
for (const e of document.querySelectorAll("[data-preset]")) {
  e.addEventListener("click", () => {
    const [rate, burst, size] = e.dataset.preset.split(" ").map(Number);
    showPublisher({ rate, burst, size });
    publish();
  });
}
byId("cut-all").addEventListener("click", () => parts.forEach(cut));
byId("export").addEventListener("click", () => save(exported(parts.map((part) => part.measure), publisher)));
byId("error").addEventListener("click", () => showError(""));
byId("elsewhere").hidden = ["127.0.0.1", "localhost"].includes(location.hostname);
addEventListener("pagehide", () => parts.forEach((part) => part.client?.close()));
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
setInterval(show, 500);
show();
read();
