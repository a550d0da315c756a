// What permessage-deflate (RFC 7692) does to the connection and its messages.

// deflateSection links to a section of RFC 7692.
function deflateSection(number) {
  return sectionLink("https://www.rfc-editor.org/rfc/rfc7692.html#section-" + number, "RFC 7692, section " + number, number);
}

const windowSize = (bits) => (1 << bits) / 1024 + " KiB";

// directionWords says in plain words what the messages of one side may do.
const directionWords = (d) => (d.contextTakeover ? "with context" : "each by itself") + ", window " + windowSize(d.windowBits);

// showCompression shows what a connection has agreed on; without a record there
// is none yet.
function showCompression(record) {
  const box = byId("compression");
  const names = record ? record.extensions.join(", ") : "";
  box.dataset.extensions = names;
  box.title = names;
  if (!record || !record.deflate) {
    box.replaceChildren(el("span", {}, record ? names || "none" : "\u2026"));
    return;
  }
  box.replaceChildren(
    el("span", { class: "mono" }, names),
    ...["client", "server"].map((side) => el("span", { class: side },
      el("span", { class: "arrow", "aria-label": ways[side] }, arrows[side]), " ", directionWords(record.deflate[side]))));
}

// deflateHint says what the parameters mean, where the handshake shows them.
function deflateHint(d) {
  const sentence = (d) => (d.contextTakeover ? " may refer to earlier ones (context takeover)" : " refers only to itself (no context takeover)")
    + ", by at most " + windowSize(d.windowBits) + " back";
  return el("p", { class: "hint" }, "Messages may be compressed. One of the client", sentence(d.client), ", and one of the server", sentence(d.server), ". ", deflateSection("7.1"));
}

// compressedBadge marks a frame of a compressed message: RSV1 is on the first one only.
function compressedBadge(f) {
  if (!f.compressed) return "";
  return el("span", { class: "badge packed", title: "Compressed with permessage-deflate" }, f.rsv & 4 ? "RSV1" : "deflated");
}

// sizeWords gives the octets of a message beside those of its frames.
const sizeWords = (m) => octets(m.octets) + " in " + m.wire.toLocaleString("en") + " on the wire";

// inflatedView shows what the payload of a compressed frame means.
function inflatedView(f) {
  if (!f.inflated) return [el("p", { class: "hint" }, "Compressed, and not inflated here.")];
  const bytes = fromHex(f.inflated.payload);
  const more = f.inflated.octets - bytes.length;
  return [
    el("p", { class: "hint" }, "It inflates to " + octets(f.inflated.octets) + ". ", deflateSection("7.2.2")),
    el("table", { class: "octets" }, el("caption", { class: "hidden" }, "What the payload inflates to"), octetRows(bytes, null, octetText(bytes, f.opcode === 1))),
    more > 0 ? el("p", { class: "hint" }, octets(more) + " more.") : "",
  ];
}
