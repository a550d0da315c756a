// The list of the events that the EventSource gave.

const maxEvents = 500;

const eventList = { total: 0, ids: 0, chosen: null };

function showEvent(record) {
  const how = record.how === "live" ? "" : el("span", { class: "badge " + (record.how === "gap" ? "bad" : "good") }, record.how);
  const row = el("li", { role: "option", "aria-selected": "false", id: "event-" + ++eventList.ids, data: { id: record.id, type: record.type, how: record.how, text: record.data.slice(0, 1000) } },
    el("span", { class: "id" }, record.id || el("em", {}, "no id")),
    el("span", { class: "name" }, preview(record.type, 40)),
    el("span", { class: "text" }, record.data === "" ? el("em", {}, "empty") : preview(record.data.slice(0, 500).replace(/\n/g, " \u21b5 "), 160)),
    how,
    el("span", { class: "time" }, record.at.toLocaleTimeString("en-GB")),
    el("pre", { class: "full", "aria-hidden": "true" }, record.data.length > 4000 ? record.data.slice(0, 4000) + "\u2026" : record.data));
  row.setAttribute("aria-label", "id " + (record.id || "none") + ", type " + record.type + (record.how === "live" ? "" : ", " + record.how) + ": " + preview(record.data, 160));
  byId("events-empty").hidden = true;
  appendBounded(byId("event-list"), [row], maxEvents, byId("raw-follow").checked);
  if (eventList.chosen && !eventList.chosen.isConnected) eventList.chosen = null;
  byId("event-count").textContent = (++eventList.total).toLocaleString("en");
  announce("Event " + record.id + ", type " + record.type);
}

// chooseEvent shows the whole data of an event, and its lines in the stream.
function chooseEvent(row) {
  const list = byId("event-list");
  const same = row === eventList.chosen;
  for (const line of document.querySelectorAll("#raw .own")) line.classList.remove("own");
  if (eventList.chosen) eventList.chosen.setAttribute("aria-selected", "false");
  eventList.chosen = same ? null : row;
  if (same) {
    list.removeAttribute("aria-activedescendant");
    return;
  }
  row.setAttribute("aria-selected", "true");
  list.setAttribute("aria-activedescendant", row.id);
  row.scrollIntoView({ block: "nearest" });
  byId("raw-follow").checked = false;
  const lines = Array.from(byId("raw").children).filter((line) => row.dataset.id !== "" && line.dataset.event === row.dataset.id);
  for (const line of lines) line.classList.add("own");
  if (lines.length > 0) byId("raw").scrollTop += lines[0].getBoundingClientRect().top - byId("raw").getBoundingClientRect().top - 40;
}

function clearEvents() {
  byId("event-list").replaceChildren();
  byId("event-list").removeAttribute("aria-activedescendant");
  byId("events-empty").hidden = false;
  byId("event-count").textContent = "";
  eventList.total = 0;
  eventList.chosen = null;
  byId("raw-follow").checked = true;
}

byId("event-list").addEventListener("click", (event) => {
  const row = event.target.closest("li");
  if (row) chooseEvent(row);
});

byId("event-list").addEventListener("keydown", (event) => {
  const next = nextOption(event, eventList.chosen);
  if (next && next !== eventList.chosen) chooseEvent(next);
});
