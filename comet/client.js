// The client for all transports of package comet, as an ES module:
//
//   import { connect } from "/comet/client.js";
//   const c = connect("/comet/", { onevent: (e) => show(e.data) });
//
// It gives the events of the server, whichever transport brings them, without one
// missing or doubled: it knows the id of the last one, and whatever happens, it goes
// on after that. It begins with the best transport and falls back to the next one
// if it can't get through.

/**
 * @typedef {object} CometEvent
 * @property {string} id    where to go on after this event
 * @property {string} type  "message" unless the server says otherwise; "gap" says that events are lost
 * @property {string} data
 *
 * @typedef {object} CometState
 * @property {"connecting" | "open" | "waiting" | "closed"} state
 * @property {string} transport  the one in use or about to be
 * @property {number} retryIn    milliseconds, while waiting
 *
 * @typedef {object} CometOptions
 * @property {string[]} [transports]  in the order in which they are tried: see transportNames
 * @property {string} [cursor]        the id of an event to go on after
 * @property {string[]} [types]       types of events besides "message" and "gap", which an EventSource must know
 * @property {boolean} [withCredentials]  send cookies to another site
 * @property {number} [minRetry]      milliseconds before the second attempt: 500
 * @property {number} [maxRetry]      the longest pause: 30000
 * @property {number} [patience]      how long a transport may take to open: 10000
 * @property {number} [pollEvery]     milliseconds between two polls: 2000
 * @property {number} [silence]       how long an open one may say nothing, where the server says something now and then: 45000
 * @property {(e: CometEvent) => void} [onevent]
 * @property {(s: CometState) => void} [onstate]
 */

/** All transports, the best first. */
export const transportNames = ["websocket", "sse", "stream", "multipart", "longpoll", "iframe", "jsonp-longpoll", "poll", "jsonp-poll"];

const fallback = ["websocket", "sse", "stream", "longpoll", "poll"];

/**
 * connect gets the events of the Handler at base.
 *
 * @param {string | URL} base
 * @param {CometOptions} [options]
 */
export function connect(base, options = {}) {
  return new Comet(new URL(String(base).replace(/\/?$/, "/"), document.baseURI), options);
}

class Comet {
  constructor(base, o) {
    this.base = base;
    this.options = { transports: fallback, types: [], minRetry: 500, maxRetry: 30_000, patience: 10_000, silence: 45_000, pollEvery: 2_000, onevent() {}, onstate() {}, ...o };
    /** The id of the last event. */
    this.cursor = o.cursor ?? "";
    this.at = 0; // of options.transports
    this.failures = 0; // in a row
    this.stop = null; // ends what is under way
    this.timer = 0;
    this.closed = false;
    this.begin();
  }

  /** The transport in use. */
  get transport() { return this.options.transports[this.at]; }

  /** close ends it. */
  close() {
    if (this.closed) return;
    this.closed = true;
    this.end();
    this.tell("closed");
  }

  /** cut ends what is under way, and goes on after so many milliseconds. */
  cut(pause = 0) {
    if (this.closed) return;
    this.end();
    this.wait(pause);
  }

  /**
   * send sends something to the server, over the WebSocket if that is the transport
   * in use, and otherwise by POST.
   *
   * @param {string} data
   * @returns {Promise<string>} what the server answers, which a WebSocket does not
   */
  async send(data) {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(data);
      return "";
    }
    const r = await fetch(this.url("send"), { method: "POST", body: data, credentials: this.credentials() });
    const text = await r.text();
    if (!r.ok) throw new Error(`${r.status} ${text.trim()}`);
    return text;
  }

  // What follows is for the transports.

  url(path, params = {}) {
    const u = new URL(path, this.base);
    const query = new URLSearchParams(this.base.search);
    if (this.cursor !== "") query.set("cursor", this.cursor);
    for (const [k, v] of Object.entries(params)) query.set(k, v);
    u.search = query.toString();
    return u;
  }

  credentials() { return this.options.withCredentials ? "include" : "same-origin"; }

  tell(state, retryIn = 0) { this.options.onstate({ state, transport: this.transport, retryIn }); }

  begin() {
    this.timer = 0;
    this.tell("connecting");
    const run = transports[this.transport];
    if (!run) throw new Error(`comet: no transport is called ${this.transport}`);
    let over = false;
    const attempt = {
      opened: false,
      opens: () => {
        if (over) return;
        clearTimeout(attempt.clock);
        if (!attempt.opened) {
          attempt.opened = true;
          this.failures = 0;
          this.tell("open");
        }
        attempt.clock = setTimeout(() => attempt.ends(false), this.options.silence);
      },
      // takes an event, or a cursor alone.
      takes: (e) => {
        if (over) return;
        attempt.opens();
        if (e.id !== undefined && e.id !== "") this.cursor = e.id;
        if (e.type !== undefined) this.options.onevent({ id: e.id, type: e.type, data: e.data ?? "" });
      },
      // ends the attempt: again says that the server has ended it in good order.
      ends: (again) => {
        if (over) return;
        const opened = attempt.opened;
        this.end();
        if (this.closed) return;
        if (again) {
          this.wait(0);
          return;
        }
        this.failures++;
        if (!opened && this.at + 1 < this.options.transports.length) this.at++; // it can't get through
        else if (!opened) this.at = 0;
        this.wait(this.pause());
      },
    };
    attempt.clock = setTimeout(() => attempt.ends(false), this.options.patience);
    const stop = run(this, attempt);
    this.stop = () => {
      over = true;
      clearTimeout(attempt.clock);
      stop();
    };
  }

  // pause grows with the failures, and half of it is chance, so that not all clients
  // of a server that comes back are there at once.
  pause() {
    const p = Math.min(this.options.maxRetry, this.options.minRetry * 2 ** Math.min(this.failures - 1, 16));
    return p / 2 + Math.random() * p / 2;
  }

  wait(pause) {
    if (pause > 0) this.tell("waiting", pause);
    this.timer = setTimeout(() => this.begin(), pause);
  }

  end() {
    clearTimeout(this.timer);
    this.stop?.();
    this.stop = null;
  }
}

// Each gets events until the function that it returns is called.
const transports = {
  websocket(c, attempt) {
    const u = c.url("ws");
    u.protocol = u.protocol === "https:" ? "wss:" : "ws:";
    const s = new WebSocket(u);
    c.socket = s;
    s.onmessage = (m) => attempt.takes(JSON.parse(m.data));
    s.onopen = () => {
      attempt.opens();
      clearTimeout(attempt.clock); // its silence means nothing: the browser answers Pings by itself
    };
    s.onclose = () => attempt.ends(false);
    return () => {
      s.onclose = s.onmessage = null;
      c.socket = null;
      s.close();
    };
  },

  sse(c, attempt) {
    const es = new EventSource(c.url("sse"), { withCredentials: !!c.options.withCredentials });
    for (const type of new Set(["message", "gap", ...c.options.types])) {
      es.addEventListener(type, (e) => attempt.takes({ id: e.lastEventId, type: e.type, data: e.data }));
    }
    es.onopen = () => {
      attempt.opens();
      clearTimeout(attempt.clock); // heartbeats are comments, and not told
    };
    es.onerror = () => attempt.ends(false); // this client reconnects, with a cursor of its own
    return () => es.close();
  },

  stream(c, attempt) {
    return read(c, attempt, "stream", () => {
      let rest = "";
      return (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop();
        for (const line of lines) line === "" ? attempt.opens() : attempt.takes(JSON.parse(line));
      };
    });
  },

  multipart(c, attempt) {
    return read(c, attempt, "multipart", (contentType) => {
      const delimiter = "--" + contentType.split("boundary=")[1];
      let rest = "";
      return (text) => {
        const parts = (rest + text).split(delimiter);
        rest = parts.pop();
        for (const part of parts) {
          const body = part.slice(part.indexOf("\r\n\r\n") + 4).trim();
          if (part.includes("\r\n\r\n") && body !== "") attempt.takes(JSON.parse(body));
        }
      };
    });
  },

  longpoll(c, attempt) { return ask(c, attempt, "longpoll", 0); },
  poll(c, attempt) { return ask(c, attempt, "poll", c.options.pollEvery); },
  "jsonp-longpoll"(c, attempt) { return askByScript(c, attempt, "longpoll", 0); },
  "jsonp-poll"(c, attempt) { return askByScript(c, attempt, "poll", c.options.pollEvery); },

  iframe(c, attempt) {
    const f = document.createElement("iframe");
    f.hidden = true;
    f.title = "events";
    const hear = (m) => {
      if (m.source !== f.contentWindow || m.origin !== c.base.origin) return;
      if (m.data?.comet === null) attempt.ends(true);
      else if (m.data?.comet) attempt.takes(m.data.comet);
    };
    addEventListener("message", hear);
    // Its load is its end: a page without end never has one.
    f.onload = () => attempt.ends(attempt.opened);
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
function read(c, attempt, path, parser) {
  const stop = new AbortController();
  (async () => {
    try {
      const r = await fetch(c.url(path), { signal: stop.signal, cache: "no-store", credentials: c.credentials() });
      if (!r.ok) throw new Error(String(r.status));
      attempt.opens();
      const take = parser(r.headers.get("Content-Type"));
      const decoder = new TextDecoder();
      for (const reader = r.body.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) break;
        take(decoder.decode(value, { stream: true }));
      }
      attempt.ends(true);
    } catch {
      attempt.ends(false);
    }
  })();
  return () => stop.abort();
}

// ask asks again and again, after so many milliseconds.
function ask(c, attempt, path, every) {
  const stop = new AbortController();
  let timer = 0;
  (async () => {
    try {
      while (!stop.signal.aborted) {
        const r = await fetch(c.url(path), { signal: stop.signal, cache: "no-store", credentials: c.credentials() });
        if (!r.ok) throw new Error(String(r.status));
        const b = await r.json();
        takeBatch(attempt, b);
        if (every > 0 && !b.more) await new Promise((go) => { timer = setTimeout(go, every); });
      }
    } catch {
      attempt.ends(false);
    }
  })();
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}

let scripts = 0;

// askByScript is ask by script elements, which need no permission of another site.
function askByScript(c, attempt, path, every) {
  let script, timer = 0, over = false;
  const name = `comet_${++scripts}_${Date.now()}`;
  const next = () => {
    script = document.createElement("script");
    let answered = false;
    window[name] = (b) => {
      answered = true;
      takeBatch(attempt, b);
      timer = setTimeout(() => { if (!over) next(); }, b.more ? 0 : every);
    };
    script.onload = () => {
      script.remove();
      if (!answered) attempt.ends(false);
    };
    script.onerror = () => attempt.ends(false);
    script.src = c.url(path, { callback: name });
    document.head.append(script);
  };
  next();
  return () => {
    over = true;
    clearTimeout(timer);
    script.onload = script.onerror = null;
    script.remove();
    window[name] = () => {}; // the answer may still come
  };
}

function takeBatch(attempt, b) {
  attempt.opens();
  for (const e of b.events) attempt.takes(e);
  attempt.takes({ id: b.cursor });
}
