// Small things that all parts use.

const byId = (id) => document.getElementById(id);

// el makes an element. Properties are set as such; data, aria and class names
// as attributes. Children that are null are left out.
function el(tag, props, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name === "data") {
      Object.assign(e.dataset, value);
    } else if (name === "class" || name.includes("-") || name === "role" || name === "scope") {
      e.setAttribute(name, value);
    } else {
      e[name] = value;
    }
  }
  e.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== ""));
  return e;
}

const count = (n, what) => n.toLocaleString("en") + " " + what + (n === 1 ? "" : "s");
const octets = (n) => count(n, "octet");

function milliseconds(ms) {
  if (ms >= 10000) return (ms / 1000).toFixed(1) + " s";
  if (ms >= 1000) return (ms / 1000).toFixed(2) + " s";
  return (ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)) + " ms";
}

function fromHex(s) {
  const b = new Uint8Array(s.length / 2);
  for (let i = 0; i < b.length; i++) b[i] = parseInt(s.substr(2 * i, 2), 16);
  return b;
}

const hexOf = (octet) => octet.toString(16).padStart(2, "0");
const bitsOf = (bytes) => Array.from(bytes, (b) => b.toString(2).padStart(8, "0")).join("");

// visible gives one character that can be seen for a code point.
function visible(code) {
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x20) return "\u2423";
  if (code === 0x7f) return "\u2421";
  return String.fromCodePoint(code);
}

// preview gives the beginning of a text on one line.
function preview(text, limit) {
  const cut = text.length > limit ? text.slice(0, limit) + "\u2026" : text;
  return cut.replace(/[\u0000-\u001f\u007f]/g, (c) => visible(c.codePointAt(0)));
}

// previewOctets does that for octets of which there are total.
function previewOctets(bytes, isText, total) {
  const more = bytes.length < total ? "\u2026" : "";
  if (isText) return preview(new TextDecoder().decode(bytes) + more, 160);
  const shown = Array.from(bytes.slice(0, 24), hexOf).join(" ");
  return shown + (bytes.length > 24 ? " \u2026" : more);
}

// section links to a section of RFC 6455.
function section(number) {
  return sectionLink("https://www.rfc-editor.org/rfc/rfc6455.html#section-" + number, "RFC 6455, section " + number, number);
}

// streamSections are the fragments of the sections about event streams.
const streamSections = {
  "9.2.3": "sse-processing-model",
  "9.2.4": "the-last-event-id-header",
  "9.2.6": "event-stream-interpretation",
  "9.2.7": "authoring-notes",
};

// streamSection links to a section of the HTML standard.
function streamSection(number) {
  return sectionLink("https://html.spec.whatwg.org/multipage/server-sent-events.html#" + streamSections[number], "HTML standard, section " + number, number);
}

function sectionLink(href, title, number) {
  return el("a", { class: "section", href, target: "_blank", rel: "noopener noreferrer", title }, "\u00a7\u202f" + number);
}

// moveTrack moves what has a state and, in since, the time of its last change
// to another state, and writes down how long it was in the old one.
function moveTrack(id, what, state) {
  const now = performance.now();
  for (const step of byId(id).children) {
    if (step.dataset.step === what.state && what.state !== "CLOSED") {
      step.lastElementChild.textContent = milliseconds(now - what.since);
      step.classList.add("past");
    }
    step.classList.toggle("now", step.dataset.step === state);
  }
  what.state = state;
  what.since = now;
}

function announce(text) {
  byId("announce").textContent = text;
}

function showError(text) {
  byId("error").textContent = text;
}

// appendBounded adds to a list, keeps it at its end while its reader is there,
// and its length within a limit.
function appendBounded(list, items, limit, follow) {
  const atEnd = follow || list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(...items.slice(-limit));
  while (list.childElementCount > limit) list.firstElementChild.remove();
  if (atEnd) list.scrollTop = list.scrollHeight;
}

// nextOption gives the option of a list that a key moves to, if it does.
function nextOption(event, chosen) {
  const list = event.currentTarget;
  const now = chosen || list.lastElementChild;
  const next = {
    ArrowDown: () => now.nextElementSibling, ArrowUp: () => now.previousElementSibling,
    Home: () => list.firstElementChild, End: () => list.lastElementChild,
  }[event.key];
  if (!next || !now) return null;
  event.preventDefault();
  return next();
}
