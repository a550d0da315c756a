// The messages, each with the echo that answers it. A connection keeps its
// messages in order, so the first that waits is the one that comes back, and the
// server, which counts them too, knows what each took on the wire.

const maxMessages = 200;

const messages = { waiting: [], total: 0, sent: 0, unmeasured: new Map() };

// countMessages is for a new connection: its first message is number 1.
function countMessages() {
  messages.sent = 0;
  messages.unmeasured.clear();
}

// sentMessage notes a message. body is a string or a Uint8Array.
function sentMessage(body, size) {
  const isText = typeof body === "string";
  const time = el("span", { class: "time" }, "\u2026");
  const text = isText ? preview(body, 160) : previewOctets(body.slice(0, 32), false, body.length);
  const meta = el("span", { class: "meta" }, (isText ? "text, " : "binary, ") + octets(size));
  const row = el("li", { data: { kind: isText ? "text" : "binary", size, status: "waiting", ms: "", wire: "", back: "", deflated: "" } },
    el("span", { class: "text" }, text === "" ? el("em", {}, "empty") : text),
    time,
    meta);
  appendBounded(byId("log"), [row], maxMessages);
  byId("log-empty").hidden = true;
  byId("message-count").textContent = (++messages.total).toLocaleString("en");
  messages.waiting.push({ body, row, time, start: performance.now() });
  messages.unmeasured.set(++messages.sent, { row, meta, kind: isText ? "text" : "binary" });
}

// showMessageSizes notes what a message took on the wire, or its echo, when the
// server has seen its last frame.
function showMessageSizes(frame) {
  const size = frame.message;
  const m = size && messages.unmeasured.get(size.number);
  if (!m) return;
  m[frame.from] = size;
  const { client, server } = m;
  const packed = [client, server].map((s) => Boolean(s && s.compressed));
  Object.assign(m.row.dataset, {
    wire: client ? client.wire : "", back: server ? server.wire : "",
    deflated: packed[0] ? (packed[1] ? "both" : "sent") : packed[1] ? "back" : "none",
  });
  m.meta.replaceChildren(
    el("span", {}, m.kind + ", " + sizeWords(client || server) + (server ? ", back in " + server.wire.toLocaleString("en") : "")),
    packed[0] || packed[1] ? el("span", { class: "badge packed", title: "RSV1 marks a message that is compressed with permessage-deflate" },
      packed[0] && packed[1] ? "RSV1" : packed[0] ? "RSV1 sent" : "RSV1 back") : "");
  m.meta.title = "The octets on the wire are those of the frames, with their headers.";
  if (client && server) messages.unmeasured.delete(size.number);
}

// echoedMessage takes a message from the server: a string or an ArrayBuffer.
function echoedMessage(data) {
  const now = performance.now();
  const m = messages.waiting.shift();
  if (!m) {
    showError("A message came that this page did not send.");
    return;
  }
  const ms = now - m.start;
  settle(m, sameBody(m.body, data) ? "same" : "differs", milliseconds(ms), ms);
  announce("Echo after " + milliseconds(ms));
}

// loseMessages says that no echo will come any more.
function loseMessages() {
  for (const m of messages.waiting.splice(0)) settle(m, "lost", "no echo", "");
}

function settle(m, status, text, ms) {
  m.row.dataset.status = status;
  m.row.dataset.ms = ms === "" ? "" : ms.toFixed(3);
  m.time.textContent = status === "differs" ? "differs" : text;
  m.time.title = status === "same" ? "The echo is what was sent." : "";
}

function sameBody(body, data) {
  if (typeof body === "string" || typeof data === "string") return body === data;
  const echo = new Uint8Array(data);
  return echo.length === body.length && echo.every((b, i) => b === body[i]);
}
