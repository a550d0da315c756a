// The transports of client.js: how each of them asks, and how it is read.
//
// Each is called with the client (its url, cursor, options and credentials) and an
// attempt, which it tells what it hears, takes and how it ends.

// Each gets events until the function that it returns is called.
export const transports = {
  websocket(c, attempt) {
    attempt.silent = true; // the browser answers Pings by itself and tells nobody
    const u = c.url("ws");
    u.protocol = u.protocol === "https:" ? "wss:" : "ws:";
    const s = new WebSocket(u);
    c.socket = s;
    s.onmessage = (m) => attempt.takes(JSON.parse(m.data));
    s.onopen = () => attempt.hears();
    s.onclose = () => attempt.ends(false);
    return () => {
      s.onopen = s.onclose = s.onmessage = null;
      if (c.socket === s) c.socket = null;
      s.close();
    };
  },

  sse(c, attempt) {
    attempt.silent = true; // heartbeats are comments, and not told
    const stop = new AbortController();
    let es = null;
    const open = () => {
      es = new EventSource(c.url("sse"), { withCredentials: !!c.options.withCredentials });
      for (const type of new Set(["message", "gap", ...c.options.types])) {
        es.addEventListener(type, (e) => { if (e.data !== undefined) attempt.takes({ id: e.lastEventId, type: e.type, data: e.data }); });
      }
      // What the server sends may be called "error", too. That has data.
      es.onopen = () => attempt.hears();
      es.onerror = (e) => { if (e.data === undefined) attempt.ends(false); }; // this client reconnects, with a cursor of its own
    };
    if (c.cursor !== "") open();
    else {
      // An EventSource tells nobody an ID that came without an event, so who is
      // cut off before the first one would not know where to go on.
      getJSON(c, "longpoll", stop, { hold: 0 }).then((b) => {
        if (attempt.over) return;
        c.cursor = b.cursor;
        open();
      }).catch(() => attempt.ends(false));
    }
    return () => {
      stop.abort();
      es?.close();
    };
  },

  stream(c, attempt) {
    return read(c, attempt, "stream", "*/*", () => {
      let rest = "";
      return (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop();
        for (const line of lines) attempt.takes(JSON.parse(line));
      };
    });
  },

  multipart(c, attempt) {
    // Not multipart/x-mixed-replace, whose fetch fails in WebKit.
    return read(c, attempt, "multipart", "multipart/mixed", (contentType) => {
      // No line break can stand in a part's JSON, so no delimiter can.
      const delimiter = "\r\n--" + contentType.split("boundary=")[1];
      let rest = "\r\n";
      return (text) => {
        const parts = (rest + text).split(delimiter);
        rest = parts.pop();
        for (const part of parts) {
          const head = part.indexOf("\r\n\r\n");
          if (head >= 0) attempt.takes(JSON.parse(part.slice(head + 4)));
        }
      };
    });
  },

  longpoll(c, attempt) { return ask(c, attempt, "longpoll", getJSON); },
  poll(c, attempt) { return ask(c, attempt, "poll", getJSON); },
  "jsonp-longpoll"(c, attempt) { return ask(c, attempt, "longpoll", getScript); },
  "jsonp-poll"(c, attempt) { return ask(c, attempt, "poll", getScript); },

  iframe(c, attempt) {
    const f = document.createElement("iframe");
    f.hidden = true;
    f.title = "events";
    const hear = (m) => {
      if (m.source !== f.contentWindow || m.origin !== c.base.origin || m.data?.comet === undefined) return;
      if (m.data.comet === null) attempt.ends(true);
      else attempt.takes(m.data.comet);
    };
    addEventListener("message", hear);
    // Its load is its end: a page without end never has one.
    f.onload = () => setTimeout(() => attempt.ends(false)); // after what it has told
    f.src = c.url("iframe", { origin: location.origin });
    document.body.append(f);
    return () => {
      removeEventListener("message", hear);
      f.onload = null;
      f.remove();
    };
  },
};

// read reads a response as it grows.
function read(c, attempt, path, accept, parser) {
  const stop = new AbortController();
  (async () => {
    const r = await request(c, path, stop, {}, accept);
    const take = parser(r.headers.get("Content-Type"));
    const decoder = new TextDecoder();
    for (const reader = r.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      take(decoder.decode(value, { stream: true }));
    }
    attempt.ends(attempt.opened > 0);
  })().catch(() => attempt.ends(false));
  return () => stop.abort();
}

async function request(c, path, stop, params, accept = "*/*") {
  const r = await fetch(c.url(path, params), { signal: stop.signal, headers: { Accept: accept }, cache: "no-store", credentials: c.credentials() });
  if (!r.ok) throw new Error(`${r.status}`);
  return r;
}

async function getJSON(c, path, stop, params) { return (await request(c, path, stop, params)).json(); }

const shortHold = 250; // milliseconds, within which an empty answer was not held

// ask asks again and again: a poll after a pause, and a long poll at once, unless the
// server, or somebody on the way, does not hold it.
function ask(c, attempt, path, get) {
  const stop = new AbortController();
  let timer = 0;
  (async () => {
    // A long poll is not held the first time: so it is known at once that it gets
    // through, and where to go on if it is cut off before there is an event.
    for (let first = path === "longpoll"; !attempt.over; first = false) {
      const at = Date.now();
      const b = await get(c, path, stop, first ? { hold: 0 } : {});
      attempt.takesBatch(b);
      const held = path === "longpoll" && (first || b.events.length > 0 || Date.now() - at > shortHold);
      if (held || b.more || attempt.over) continue;
      attempt.hears(c.options.pollEvery);
      await new Promise((go) => { timer = setTimeout(go, c.options.pollEvery); });
    }
  })().catch(() => attempt.ends(false));
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}

let scripts = 0;

// getScript is getJSON by a script element, which needs no permission of another
// site (JSONP).
function getScript(c, path, stop, params) {
  const name = `comet_${++scripts}_${Date.now()}`;
  const script = document.createElement("script");
  return new Promise((resolve, reject) => {
    globalThis[name] = resolve;
    script.onload = script.onerror = () => reject(new Error("no answer")); // after an answer, this does nothing
    stop.signal.addEventListener("abort", () => reject(new Error("stopped")));
    script.src = c.url(path, { ...params, callback: name });
    document.head.append(script);
  }).finally(() => {
    script.remove();
    // A script that was stopped may still come, and is not to find nothing.
    globalThis[name] = () => {};
    setTimeout(() => { delete globalThis[name]; }, 60_000);
  });
}
