// The stream as the browser's EventSource gives it.

const sourceStates = ["CONNECTING", "OPEN", "CLOSED"];

const source = {
  es: null, token: "", state: "CLOSED", since: 0, opened: 0,
  lastId: "", // what a reconnection sends as Last-Event-ID
  types: new Set(), // those that are listened for
};

function connectSource() {
  if (source.es) return;
  const after = byId("es-after").value.trim();
  source.token = randomToken();
  source.opened = 0;
  setLastId(after);
  resetResume();
  const es = new EventSource("/events?" + new URLSearchParams(after === "" ? { token: source.token } : { token: source.token, lastEventId: after }));
  source.es = es;
  // An event may be called open or error, too; it is a MessageEvent then.
  es.addEventListener("open", (event) => {
    if (event instanceof MessageEvent) return;
    source.opened++;
    resumed();
    showSource();
    if (source.opened === 1) {
      announce("The stream is open");
      readRaw(after);
    }
  });
  es.addEventListener("error", (event) => {
    if (event instanceof MessageEvent || source.es !== es) return;
    if (es.readyState === EventSource.CLOSED) {
      showError("The stream has failed. An EventSource does not say why; here it is a status other than 200, or the end of the server.");
      closeSource();
      return;
    }
    interrupted();
    showSource();
  });
  for (const type of source.types) es.addEventListener(type, heard);
  showSource();
}

// listenFor makes sure that events of a type are heard: an EventSource has no
// way to ask for all.
function listenFor(type) {
  if (source.types.has(type)) return;
  source.types.add(type);
  if (source.es) source.es.addEventListener(type, heard);
}

// gapType is the type of the event by which the server says that what followed
// an id can't be replayed. Anybody may post one, too.
const gapType = "gap";

for (const type of ["message", "tick", "chat", gapType]) listenFor(type);

function heard(event) {
  if (!(event instanceof MessageEvent)) return;
  const record = { type: event.type, data: event.data, id: event.lastEventId, at: new Date() };
  record.how = received(record);
  setLastId(event.lastEventId);
  showEvent(record);
}

function setLastId(id) {
  source.lastId = id;
  byId("es-last-id").textContent = id || "none yet";
}

function closeSource() {
  if (!source.es) return;
  source.es.close();
  source.es = null;
  stopRaw();
  resetResume();
  showSource();
  if (document.activeElement === document.body) byId("es-connect").focus({ preventScroll: true });
}

function showSource() {
  const state = source.es ? sourceStates[source.es.readyState] : "CLOSED";
  if (state !== source.state) {
    moveTrack("es-track", source, state);
    byId("es-state").textContent = state;
    byId("es-state").dataset.state = state;
    if (state === "CLOSED") announce("The stream is closed");
  }
  const times = byId("es-opened");
  times.dataset.times = source.opened;
  times.textContent = source.opened === 0 ? "not yet" : source.opened === 1 ? "once" : source.opened + " times";
  byId("es-connect").disabled = source.es !== null;
  byId("es-after").disabled = source.es !== null;
  byId("es-close").disabled = source.es === null;
  byId("es-cut").disabled = state !== "OPEN";
}

// post publishes an event and gives its id.
async function post(data, type, retry) {
  listenFor(type || "message");
  const query = new URLSearchParams();
  if (type) query.set("type", type);
  if (retry) query.set("retry", retry);
  const late = AbortSignal.timeout(10000);
  let response;
  try {
    response = await fetch("/events" + (query.size > 0 ? "?" + query : ""), { method: "POST", body: data, signal: late });
  } catch (err) {
    if (late.aborted) throw new Error("The post was not answered in ten seconds. Do other tabs use up the browser's connections to this server?");
    throw err;
  }
  const text = await response.text();
  byId("post-result").dataset.status = response.status;
  if (!response.ok) throw new Error(text.trim());
  return text.trim();
}

const postSamples = {
  hello: "Hello",
  lines: "one\ntwo\nthree",
  fields: "data: not a field\nevent: nor this\n\nid: 7\n: no comment",
  utf8: "\u03ba\u03cc\u03c3\u03bc\u03b5 \u2713 \ud83d\ude80",
  empty: "",
};

async function postForm() {
  const result = byId("post-result");
  result.dataset.id = "";
  result.textContent = "\u2026";
  try {
    const id = await post(byId("post-data").value, byId("post-type").value, byId("post-retry").value.trim());
    result.dataset.id = id;
    result.textContent = source.state === "CLOSED" ? "Posted as " + id + ", with no stream open here" : "Posted as " + id;
  } catch (err) {
    result.textContent = "";
    throw err;
  }
}
