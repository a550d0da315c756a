// The same stream, read a second time with fetch(), which gives its octets.

const maxLines = 600;

const raw = { reading: new AbortController(), lastId: "", events: 0, records: new WeakMap() };

// readRaw follows the stream until the EventSource is closed. It resumes, too.
async function readRaw(after) {
  stopRaw();
  const { signal } = (raw.reading = new AbortController());
  raw.lastId = after;
  for (;;) {
    try {
      await readOnce(signal);
    } catch (err) {
      if (!signal.aborted) showRawState("lost: " + err.message);
    }
    if (signal.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (signal.aborted) return;
  }
}

function stopRaw() {
  raw.reading.abort();
  showRawState("not read");
}

function showRawState(text) {
  byId("raw-state").textContent = text;
}

async function readOnce(signal) {
  showRawState("connecting\u2026");
  const headers = raw.lastId === "" ? {} : { "Last-Event-ID": encodeHeader(raw.lastId) };
  const response = await fetch("/events", { cache: "no-store", headers, signal });
  if (!response.ok) throw new Error((await response.text()).trim());
  const lines = newLines(amendLine);
  const interpret = newInterpreter(raw.lastId);
  const reader = response.body.getReader();
  let size = 0, block = [];
  showRawState("0 octets");
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    size += value.length;
    showRawState(octets(size));
    const rows = [];
    for (const line of lines(value)) {
      const record = { ...line, ...interpret(line) };
      const row = lineView(record);
      rows.push(row);
      block.push(row);
      if (record.kind === "dispatch" || record.kind === "nothing") {
        began(record.event ? record.event.id : record.id);
        if (record.event) dispatched(record.event, block);
        block = [];
      }
      if (record.retry !== undefined) byId("es-retry").textContent = record.retry.toLocaleString("en") + " ms, told by the stream";
    }
    byId("raw-empty").hidden = true;
    appendBounded(byId("raw"), rows, maxLines, byId("raw-follow").checked);
  }
}

// encodeHeader gives a string as fetch() takes it for a header: one character
// for each octet of its UTF-8.
function encodeHeader(text) {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

// began notes the id that a reconnection would send. A stream begins with one,
// and the EventSource has the same, which a page is not told.
function began(id) {
  raw.lastId = id;
  if (source.lastId === "") setLastId(id);
}

// dispatched notes an event, and that the lines of block belong to it.
function dispatched(event, block) {
  for (const row of block) {
    if (row.dataset.kind !== "comment") row.dataset.event = event.id;
  }
  seen(event);
}

const lineEnds = { LF: [10], CR: [13], CRLF: [13, 10] };

function lineView(record) {
  const row = el("li", { class: "line k-" + record.kind, data: { kind: record.kind } });
  const end = el("span", { class: "end" }, record.end);
  row.append(
    el("span", { class: "offset", "aria-hidden": "true" }, record.offset.toLocaleString("en")),
    el("span", { class: "wire" }, preview(record.text, 300), end),
    el("span", { class: "meaning" }, meaning(record, row)),
    el("span", { class: "hex" }, hexLine(record)));
  raw.records.set(row, { record, end });
  return row;
}

// hexLine gives a line with its end in hexadecimal.
function hexLine(record) {
  const shown = Array.from(record.octets.slice(0, 64), hexOf);
  if (record.octets.length > 64) shown.push("\u2026");
  return [...shown, ...lineEnds[record.end].map(hexOf)].join(" ");
}

function meaning(record, row) {
  const chip = (name, cls) => el("b", { class: "chip " + cls }, name);
  const value = () => el("span", { class: "mono" }, record.value === "" ? el("em", {}, "empty") : preview(record.value, 120));
  switch (record.kind) {
    case "comment":
      row.dataset.value = record.value.slice(0, 1000);
      return [chip("comment", "c-comment"), record.value === "" ? el("em", {}, "nothing: it keeps the connection awake") : value()];
    case "field":
      Object.assign(row.dataset, { field: record.name, value: record.value.slice(0, 1000) });
      return [chip(record.name, "c-" + record.name), value()];
    case "ignored":
      return [chip("ignored", "c-ignored"), el("span", {}, record.why)];
    case "nothing":
      return [chip("blank line", "c-nothing"), el("span", {}, "no data, so no event" + (record.changed ? ", but a last event ID" : ""))];
    default:
      Object.assign(row.dataset, { id: record.event.id, type: record.event.type });
      return [chip("dispatch", "c-dispatch"), el("span", {}, record.event.type + (record.event.id === "" ? "" : ", id " + record.event.id))];
  }
}

// amendLine is for a CR whose LF came later.
function amendLine(line) {
  for (const row of byId("raw").children) {
    const known = raw.records.get(row);
    if (!known || known.record.offset !== line.offset) continue;
    known.end.textContent = "CRLF";
    row.lastElementChild.textContent = hexLine({ ...known.record, end: "CRLF" });
  }
}

function clearRaw() {
  byId("raw").replaceChildren();
  byId("raw-empty").hidden = false;
  clearEvents();
}
