// The inspector shows one frame, or one half of the opening handshake.

const narrow = matchMedia("(max-width: 47rem)");

// exampleFrame is the masked text frame of section 5.7. It stands there until
// a real frame has come.
const exampleFrame = {
  type: "frame", example: true, from: "client", at: 0, offset: 0, opcode: 1, name: "text",
  fin: true, rsv: 0, masked: true, length: 5, header: "818537fa213d", key: "37fa213d",
  payload: "48656c6c6f", partial: false, violation: null, close: null,
  fields: [
    { name: "FIN", value: "1 final fragment", bits: "1... ....", section: "5.2" },
    { name: "RSV1-3", value: "000", bits: ".000 ....", section: "5.2" },
    { name: "opcode", value: "1 text", bits: ".... 0001", section: "5.2" },
    { name: "MASK", value: "1 masked", bits: "1... ....", section: "5.2" },
    { name: "payload length", value: "5", bits: ".000 0101", section: "5.2" },
    { name: "masking key", value: "37fa213d", bits: "", section: "5.3" },
    { name: "payload", value: '"Hello"', bits: "", section: "5.6" },
  ],
};

let inspected = exampleFrame;

function inspect(record) {
  inspected = record;
  const box = byId("inspector");
  const views = { frame: frameView, request: handshakeView, response: handshakeView, end: endView, dropped: droppedView };
  box.replaceChildren(...views[record.type](record));
  box.dataset.type = record.type;
  box.dataset.from = record.from || "";
  box.dataset.opcode = record.opcode === undefined ? "" : record.opcode;
}

narrow.addEventListener("change", () => inspect(inspected));

const arrows = { client: "\u2192", server: "\u2190" };
const ways = { client: "client to server", server: "server to client" };

function heading(record, title, notes) {
  return el("div", { class: "head " + (record.from || "") },
    el("h2", {}, record.from ? el("span", { class: "arrow", "aria-hidden": "true" }, arrows[record.from]) : "", title),
    el("p", { class: "notes" }, notes.filter((n) => n !== "").map((n) => el("span", {}, n))));
}

function frameView(f) {
  const bytes = fromHex(f.payload);
  const size = f.header.length / 2 + f.length;
  const title = (f.example ? "An example: " : "") + describe(f);
  return [
    heading(f, title, [
      ways[f.from],
      octets(size) + " on the wire",
      f.message && (f.message.compressed || f.message.frames > 1) ? "the message: " + sizeWords(f.message) : "",
      f.example ? "section 5.7" : "from octet " + f.offset.toLocaleString("en"),
      f.example ? "" : "after " + milliseconds(f.at),
    ]),
    f.violation ? violationView(f.violation) : "",
    f.partial ? el("p", { class: "bad" }, "The octets end inside this frame.") : "",
    figureView(f),
    el("div", { class: "split" }, fieldsView(f), payloadView(f, bytes)),
  ].filter((e) => e !== "");
}

// describe gives the frame in a few words.
function describe(f) {
  const words = [f.name];
  if (f.opcode === 0) words.push(f.fin ? "last fragment" : "fragment");
  else if (!f.fin) words.push("first fragment");
  if (f.compressed) words.push("compressed");
  return words.join(", ") + ", " + octets(f.length) + (f.inflated ? " for " + f.inflated.octets.toLocaleString("en") : "");
}

function violationView(v) {
  return el("p", { class: "bad" },
    el("b", {}, "Violation: "), v.text, v.detail ? " (" + v.detail + ")" : "", ". Answered with " + v.code + ". ",
    v.rfc === "7692" ? deflateSection(v.section) : section(v.section));
}

function figureView(f) {
  const width = narrow.matches ? 16 : 32;
  const fields = headerFields(fromHex(f.header));
  const rows = layoutRows(fields, width, f.length > 0 ? octets(f.length) : "");
  const ruler = Array.from({ length: width }, (_, i) => el("span", {}, String(i)));
  const names = fields.map((x) => x.name + " " + (x.value || x.bits)).join(", ");
  return el("figure", { class: "bits w" + width, role: "img", "aria-label": "Bits of the header: " + names },
    el("div", { class: "ruler" }, ruler),
    rows.map((row) => el("div", { class: "bitrow" }, row.map(segmentView))));
}

function segmentView(s) {
  const one = s.span < 3;
  const stacked = one && s.first;
  const name = !s.first ? (s.span >= 12 ? s.name + " (continued)" : "") : s.span < 12 && s.name.startsWith("payload ") ? "length" : s.name;
  const e = el("div", { class: "field " + s.kind + (stacked ? " stacked" : "") },
    el("span", { class: "name" }, stacked ? Array.from(name, (c) => el("span", {}, c)) : name),
    s.kind === "payload" ? "" : el("span", { class: "digits" }, Array.from(s.bits, (b) => el("span", { class: b === "1" ? "one" : "" }, b))),
    s.span >= 4 && s.first ? el("span", { class: "value" }, s.value) : "");
  e.style.gridColumn = "span " + s.span;
  e.style.setProperty("--span", s.span);
  return e;
}

const kinds = { "FIN": "flag", "RSV1-3": "flag", "opcode": "opcode", "MASK": "mask", "masking key": "mask", "payload length": "length", "extended payload length": "length" };

function fieldsView(f) {
  const rows = f.fields.map((x) => el("tr", { class: kinds[x.name] || "payload" },
    el("th", { scope: "row" }, x.name),
    el("td", { class: "mono bitcell" }, x.bits),
    el("td", { class: "mono" }, preview(x.value, 48)),
    el("td", {}, section(x.section))));
  return el("div", { class: "fields" },
    el("table", {},
      el("caption", { class: "hidden" }, "Fields of the frame"),
      el("thead", { class: "hidden" }, el("tr", {}, ["Field", "Bits", "Value", "Section"].map((t) => el("th", { scope: "col" }, t)))),
      el("tbody", {}, rows)));
}

// payloadView shows what masking does: each octet on the wire, the octet of
// the key that it was XORed with, and the result.
function payloadView(f, bytes) {
  if (f.length === 0) return el("div", { class: "payload" }, el("p", { class: "hint" }, "No payload."));
  if (f.compressed) bytes = bytes.slice(0, 64); // what they mean stands below
  const isText = !f.compressed && f.opcode === 1 || f.opcode >= 8;
  const chars = f.close ? ["", "", ...octetText(bytes.slice(2), true)] : octetText(bytes, isText);
  const more = f.length - bytes.length;
  return el("div", { class: "payload" },
    el("table", { class: "octets" }, el("caption", { class: "hidden" }, "Payload"), octetRows(bytes, f.key && fromHex(f.key), chars)),
    f.close ? el("p", { class: "hint" }, "The first two octets are the code: " + f.close.text + ".") : "",
    more > 0 ? el("p", { class: "hint" }, octets(more) + " more.") : "",
    f.compressed ? inflatedView(f) : "");
}

// octetRows gives the rows of a table of octets: with a key those of the wire
// and of the key, then the octets themselves and their characters.
function octetRows(bytes, key, chars) {
  const width = 8; // twice the masking key
  const body = [];
  for (let from = 0; from < bytes.length; from += width) {
    const at = Array.from(bytes.slice(from, from + width), (_, i) => from + i);
    const line = (name, cls, cell) => el("tr", { class: cls }, el("th", { scope: "row" }, name), at.map((i) => el("td", {}, cell(i))));
    const group = [];
    if (key) {
      group.push(line("wire", "wire", (i) => hexOf(bytes[i] ^ key[i % 4])));
      group.push(line("key", "key", (i) => hexOf(key[i % 4])));
    }
    group.push(line(key ? "= octet" : "octet", "plain", (i) => hexOf(bytes[i])));
    group.push(line("text", "text", (i) => chars[i]));
    body.push(el("tbody", {}, group));
  }
  return body;
}

function handshakeView(h) {
  const title = h.type === "request" ? "Opening handshake: the request" : "Opening handshake: the answer";
  return [
    heading(h, title, [ways[h.from], h.type === "request" ? "connection " + h.connection : ""]),
    el("div", { class: "fields handshake" }, el("table", {}, el("tbody", {}, h.lines.map((l) => {
      const cut = l.text.indexOf(": ");
      return el("tr", {},
        el("td", { class: "mono" }, cut < 0 ? el("b", {}, l.text) : [el("b", {}, l.text.slice(0, cut + 1)), l.text.slice(cut + 1)]),
        el("td", {}, section(l.section)));
    })))),
    el("p", { class: "hint" }, h.type === "request"
      ? "The key is 16 random octets. It keeps no secret: it shows that the answer is to this request, from a server that knows WebSocket."
      : "Accept is SHA-1 of the key and a constant, in base64. From here on both directions are frames."),
    h.deflate ? deflateHint(h.deflate) : "",
  ].filter((e) => e !== "");
}

function endView(r) {
  return [
    heading(r, r.code ? "The end: " + r.text : "The end", r.code === 0 || r.code === 1006 ? [] : [r.remote ? "the page closed first" : "the server closed first"]),
    el("p", {}, r.cause ? "The server says: " + r.cause : "Both Close frames were exchanged, then the server closed the TCP connection. ", r.cause ? "" : section("7.1.1")),
  ];
}

function droppedView(r) {
  return [heading(r, count(r.frames, "frame") + " not shown", []),
    el("p", {}, "They went by faster than this page could read them.")];
}
