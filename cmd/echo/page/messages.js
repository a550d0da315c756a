// The messages, each with the echo that answers it. A connection keeps its
// messages in order, so the first that waits is the one that comes back.

const maxMessages = 200;

const messages = { waiting: [], total: 0 };

// sent notes a message. body is a string or a Uint8Array.
function sentMessage(body, size) {
  const isText = typeof body === "string";
  const time = el("span", { class: "time" }, "\u2026");
  const text = isText ? preview(body, 160) : previewOctets(body.slice(0, 32), false, body.length);
  const row = el("li", { data: { kind: isText ? "text" : "binary", size, status: "waiting", ms: "" } },
    el("span", { class: "text" }, text === "" ? el("em", {}, "empty") : text),
    time,
    el("span", { class: "meta" }, (isText ? "text, " : "binary, ") + octets(size)));
  appendBounded(byId("log"), [row], maxMessages);
  byId("log-empty").hidden = true;
  byId("message-count").textContent = (++messages.total).toLocaleString("en");
  messages.waiting.push({ body, row, time, start: performance.now() });
}

// echoed takes a message from the server: a string or an ArrayBuffer.
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
