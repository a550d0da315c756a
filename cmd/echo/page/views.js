// The two views of the page. The fragment says which one is shown, so each has
// an address.

const eventsFragments = ["#events", "#stream"];

function showView() {
  const view = eventsFragments.includes(location.hash) ? "events" : "websocket";
  for (const e of document.querySelectorAll("[data-view]")) e.hidden = e.dataset.view !== view;
  for (const name of ["websocket", "events"]) {
    const link = byId("to-" + name);
    if (name === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId("skip").hash = view === "events" ? "#stream" : "#wire";
  byId("skip").textContent = view === "events" ? "Skip to the events" : "Skip to the frames";
}

addEventListener("hashchange", showView);
