// The list of what went by on the connection, read from GET /frames/TOKEN.

const maxRows = 500;

const wire = { total: 0, chosen: null, records: new WeakMap(), ids: 0 };

// readFrames follows the stream of a token. ready is called once the server
// knows the token.
async function readFrames(token, signal, ready) {
  const response = await fetch("/frames/" + token, { cache: "no-store", signal });
  if (!response.ok) throw new Error((await response.text()).trim());
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    const records = [];
    for (const line of lines) {
      const record = JSON.parse(line);
      if (record.type === "ready") ready(record);
      else records.push(...rowsFor(record));
    }
    showRecords(records);
  }
}

// rowsFor gives the records of the list for one of the stream.
function rowsFor(r) {
  if (r.type === "frame") showMessageSizes(r);
  if (r.type !== "open") return [r];
  showCompression(r);
  return [
    { type: "request", from: "client", connection: r.connection, lines: r.request },
    { type: "response", from: "server", connection: r.connection, lines: r.response, deflate: r.deflate },
  ];
}

function showRecords(records) {
  if (records.length === 0) return;
  const frames = records.filter((r) => r.type === "frame").length;
  wire.total += frames;
  byId("frame-count").textContent = wire.total === 0 ? "" : count(wire.total, "frame");
  byId("frames-empty").hidden = true;
  const rows = records.map(rowView);
  appendBounded(byId("frames"), rows, maxRows, byId("follow").checked);
  if (wire.chosen && !wire.chosen.isConnected) wire.chosen = null;
  if (!byId("follow").checked) return;
  // What the server sends is mostly the echo of what came; the other side
  // has the masks. So the page's own frames are followed, and control frames.
  const worth = (r) => (r.type === "frame" ? r.from === "client" || r.opcode >= 8 || r.violation : r.type !== "end" || r.cause);
  const last = rows.findLast((row) => worth(wire.records.get(row)));
  if (last && last.isConnected) choose(last, false);
}

function rowView(r) {
  const row = el("li", { role: "option", "aria-selected": "false", id: "row-" + ++wire.ids, class: r.from || "", data: { type: r.type } });
  wire.records.set(row, r);
  const cells = (name, size, text, time, label, badge = "") => {
    row.append(
      el("span", { class: "arrow", "aria-hidden": "true" }, arrows[r.from] || "\u00a0"),
      el("span", { class: "name" }, name),
      el("span", { class: "size" }, size),
      el("span", { class: "text" }, badge, text === "" && r.length === 0 ? el("em", {}, "empty") : text),
      el("span", { class: "time" }, time));
    row.setAttribute("aria-label", label);
  };
  if (r.type === "frame") {
    Object.assign(row.dataset, { from: r.from, opcode: r.opcode, length: r.length });
    if (r.compressed) row.dataset.inflated = r.inflated ? r.inflated.octets : "";
    if (r.violation) row.classList.add("violation");
    const shown = r.inflated || { payload: r.payload, octets: r.length };
    const text = r.violation ? r.violation.text : r.close ? r.close.text + (r.close.reason && " \u201c" + r.close.reason + "\u201d")
      : previewOctets(fromHex(shown.payload), r.opcode === 1 && (!r.compressed || r.inflated), shown.octets);
    cells(r.name + (r.fin ? "" : "\u2026"), r.length.toLocaleString("en"), text, milliseconds(r.at),
      ways[r.from] + ": " + describe(r) + ". " + text, compressedBadge(r));
  } else if (r.type === "dropped") {
    cells("", "", count(r.frames, "frame") + " not shown: this page was too slow", "", "frames not shown");
  } else if (r.type === "end") {
    cells("end", "", r.code ? r.text + (r.cause && ": " + r.cause) : r.cause, "", "end of the connection");
  } else {
    const first = r.lines[0].text;
    row.dataset.from = r.from;
    cells("handshake", "", first.replace(/token=[^ &]+/, "token=\u2026"), "", ways[r.from] + ": handshake. " + first);
  }
  return row;
}

// choose shows a row in the inspector.
function choose(row, byHand) {
  if (wire.chosen) wire.chosen.setAttribute("aria-selected", "false");
  wire.chosen = row;
  row.setAttribute("aria-selected", "true");
  byId("frames").setAttribute("aria-activedescendant", row.id);
  if (byHand) {
    byId("follow").checked = false;
    row.scrollIntoView({ block: "nearest" });
  }
  inspect(wire.records.get(row));
}

function clearFrames() {
  byId("frames").replaceChildren();
  byId("frames").removeAttribute("aria-activedescendant");
  byId("frames-empty").hidden = false;
  byId("frame-count").textContent = "";
  wire.total = 0;
  wire.chosen = null;
  byId("follow").checked = true;
  inspect(exampleFrame);
}

byId("frames").addEventListener("click", (event) => {
  const row = event.target.closest("li");
  if (row) choose(row, true);
});

byId("frames").addEventListener("keydown", (event) => {
  const row = nextOption(event, wire.chosen);
  if (row) choose(row, true);
});
