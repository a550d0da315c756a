// The connection and its state, as the browser sees it.

const stateNames = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];

const connection = { socket: null, token: "", state: "CLOSED", since: 0, opening: false, reading: new AbortController() };

byId("base").textContent = (location.protocol === "https:" ? "wss://" : "ws://") + location.host;

// randomToken gives 128 bits that nobody can guess: who knows them can read
// the frames of the connection.
function randomToken() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), hexOf).join("");
}

async function connect() {
  showError("");
  if (connection.opening || connection.state !== "CLOSED") return;
  connection.opening = true;
  update();
  const path = byId("path").value.trim() || "/";
  const protocols = byId("protocols").value.split(/[\s,]+/).filter((p) => p !== "");
  connection.token = randomToken();
  connection.reading.abort();
  connection.reading = new AbortController();
  try {
    await watchFrames(connection.token);
  } catch (err) {
    connection.token = "";
    showError("The frames can't be shown: " + err.message);
  }
  const url = new URL(path.startsWith("/") ? path : "/" + path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (connection.token) url.searchParams.set("token", connection.token);
  url.hash = "";
  try {
    open(url, protocols);
  } catch (err) {
    connection.reading.abort(); // no connection will come
    showError(err.message);
  }
  connection.opening = false;
  update();
}

// watchFrames returns when the server waits for the token's connection.
function watchFrames(token) {
  return new Promise((resolve, reject) => {
    const slow = setTimeout(() => reject(new Error("the server does not answer")), 5000);
    const ready = (record) => {
      clearTimeout(slow);
      byId("limit-hint").textContent = "A message over " + octets(record.maxMessage) + ", the server's limit, is answered with 1009.";
      resolve();
    };
    readFrames(token, connection.reading.signal, ready).catch((err) => {
      clearTimeout(slow);
      if (token === connection.token && connection.state === "OPEN") showError("The frames have stopped: " + err.message);
      reject(err);
    });
  });
}

function open(url, protocols) {
  resetTrack();
  const socket = new WebSocket(url, protocols);
  socket.binaryType = "arraybuffer";
  connection.socket = socket;
  byId("subprotocol").textContent = "\u2026";
  countMessages();
  showCompression(null);
  socket.onopen = () => {
    const focused = document.activeElement === document.body || document.activeElement === byId("connect");
    byId("subprotocol").textContent = socket.protocol || "none";
    // Without the frames only the browser tells.
    if (!connection.token) showCompression({ extensions: socket.extensions ? [socket.extensions] : [], deflate: null });
    update();
    // The button that had the focus is disabled now. On a phone the focus
    // would bring up the keyboard.
    if (focused && tab() === "text" && matchMedia("(pointer: fine)").matches) byId("message").focus();
  };
  socket.onmessage = (event) => echoedMessage(event.data);
  socket.onerror = () => {
    if (connection.state === "CONNECTING") showError("The connection could not be opened. A browser does not say why.");
  };
  socket.onclose = (event) => {
    loseMessages();
    ended(event);
    update();
    if (document.activeElement === document.body) byId("connect").focus({ preventScroll: true });
  };
  update();
}

function ended(event) {
  const e = byId("ended");
  Object.assign(e.dataset, { code: event.code, reason: event.reason, clean: event.wasClean });
  const name = closeCodes[event.code];
  const reason = event.reason ? "\u201c" + event.reason + "\u201d" : "";
  e.replaceChildren(
    el("span", {}, el("b", {}, String(event.code)), name ? " " + name : ""),
    el("span", { title: reason }, el("span", { class: "badge " + (event.wasClean ? "good" : "bad") }, event.wasClean ? "clean" : "not clean"), " " + reason));
  announce("Closed with " + event.code + (event.wasClean ? ", clean" : ", not clean"));
  for (const id of ["subprotocol", "compression"]) {
    if (byId(id).textContent === "\u2026") byId(id).textContent = "none";
  }
}

// update shows the state. It is called after everything that may change it.
function update() {
  const state = connection.socket ? stateNames[connection.socket.readyState] : "CLOSED";
  if (state !== connection.state) enter(state);
  const open = state === "OPEN";
  byId("connect").disabled = state !== "CLOSED" || connection.opening;
  for (const id of ["path", "protocols"]) byId(id).disabled = state !== "CLOSED" || connection.opening;
  for (const id of ["send", "ping", "close"]) byId(id).disabled = !open;
}

function enter(state) {
  moveTrack("track", connection, state);
  byId("state").textContent = state;
  byId("state").dataset.state = state;
  document.body.dataset.state = state;
  if (state === "OPEN") announce("Connected");
}

function resetTrack() {
  for (const step of document.querySelectorAll("#track [data-step]")) {
    step.classList.remove("past");
    step.lastElementChild.textContent = "";
  }
}

// ask has the server do for this connection what a page can't.
async function ask(what, body) {
  const response = await fetch("/" + what, { method: "POST", body });
  if (!response.ok) throw new Error((await response.text()).trim());
  return response;
}
