// The client for all transports of package comet, as an ES module:
//
//   import { connect } from "/comet/client.js";
//   const c = connect("/comet/", { onevent: (e) => show(e.data) });
//
// It gives the events of the server, whichever transport brings them, without one
// missing or doubled: it knows the id of the last one, and whatever happens, it goes
// on after that. It begins with the best transport and falls back to the next one
// if it can't get through.

import { transports } from "./transports.js";

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
 * @property {number} [pollEvery]     milliseconds between two polls, and two long polls that are not held: 2000
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
  const u = new URL(String(base), globalThis.document?.baseURI ?? globalThis.location?.href);
  u.pathname = u.pathname.replace(/\/?$/, "/");
  return new Comet(u, options);
}

/** How often in a row a transport that has worked may fail to open before the next one is tried. */
const outages = 4;

class Comet {
  /**
   * @param {URL} base
   * @param {CometOptions} o
   */
  constructor(base, o) {
    this.base = base;
    this.options = { transports: fallback, types: [], minRetry: 500, maxRetry: 30_000, patience: 10_000, silence: 45_000, pollEvery: 2_000, onevent() {}, onstate() {}, ...o };
    for (const name of this.options.transports) {
      if (!transports[name]) throw new Error(`comet: no transport is called ${name}`);
    }
    if (this.options.transports.length === 0) throw new Error("comet: no transport to try");
    /** The id of the last event. */
    this.cursor = o.cursor ?? "";
    this.at = 0; // of options.transports
    this.failures = 0; // in a row
    this.unopened = 0; // attempts in a row that did not open
    this.worked = new Set(); // transports that have opened
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {(() => void) | null} */
    this.stop = null; // ends what is under way
    this.timer = 0;
    this.closed = false;
    this.wait(0); // who called gets this object before it is told anything
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
   * @returns {Promise<string>} what the server answers to a POST: the id of the event; "" over a WebSocket
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

  tell(state, retryIn = 0) { call(() => this.options.onstate({ state, transport: this.transport, retryIn })); }

  begin() {
    this.timer = 0;
    const attempt = new Attempt(this);
    this.stop = () => attempt.stop();
    this.tell("connecting");
    attempt.run();
  }

  // ended goes on after an attempt.
  ended(attempt, again) {
    this.stop = null;
    if (again && attempt.brought) { // else something on the way may end all of them at once
      this.wait(0);
      return;
    }
    if (attempt.opened) {
      // What opens and fails at once is no better than what does not open.
      if (Date.now() - attempt.opened > this.options.patience) this.failures = 0;
    } else if (!this.worked.has(this.transport) || ++this.unopened >= outages) {
      this.unopened = 0;
      this.at = (this.at + 1) % this.options.transports.length; // it can't get through
    }
    this.failures++;
    this.wait(this.pause());
  }

  // pause grows with the failures, and half of it is chance, so that not all clients
  // of a server that comes back are there at once.
  pause() {
    const p = Math.min(this.options.maxRetry, this.options.minRetry * 2 ** Math.min(this.failures - 1, 16));
    return p / 2 + Math.random() * p / 2;
  }

  wait(pause) {
    this.timer = setTimeout(() => this.begin(), pause);
    if (pause > 0) this.tell("waiting", pause);
  }

  end() {
    clearTimeout(this.timer);
    this.stop?.();
    this.stop = null;
  }
}

// call calls a function of the application. What it throws is its own affair: it
// is reported, and ends no transport.
function call(f) {
  try {
    f();
  } catch (e) {
    setTimeout(() => { throw e; });
  }
}

// Attempt is one use of a transport, from connecting to its end.
class Attempt {
  constructor(client) {
    this.client = client;
    this.opened = 0; // when
    this.brought = false; // an event
    this.over = false;
    this.silent = false; // it says nothing by itself while nothing happens
    this.halt = () => {}; // of the transport
    this.clock = 0;
  }

  run() {
    const c = this.client;
    if (this.over) return;
    this.arm(c.options.patience);
    let halt;
    try {
      halt = transports[c.transport](c, this);
    } catch {
      this.ends(false); // a WebSocket that the page's policy forbids, or no such thing here
      return;
    }
    if (this.over) halt();
    else this.halt = halt;
  }

  // stop ends it without more.
  stop() {
    this.over = true;
    clearTimeout(this.clock);
    this.halt();
  }

  // ends ends it and lets the client go on: again says that the server has ended
  // it in good order.
  ends(again) {
    if (this.over) return;
    this.stop();
    this.client.ended(this, again);
  }

  arm(patience) {
    clearTimeout(this.clock);
    this.clock = setTimeout(() => this.ends(false), patience);
  }

  // hears says that something has come, be it without meaning. The next is expected
  // within options.silence, or so much later.
  hears(later = 0) {
    if (this.over) return;
    const c = this.client;
    if (!this.opened) {
      this.opened = Date.now();
      c.worked.add(c.transport);
      c.unopened = 0;
      c.tell("open");
    }
    if (this.over) return; // onstate has closed or cut it
    if (this.silent) clearTimeout(this.clock);
    else this.arm(c.options.silence + later);
  }

  // takes takes an event, or a cursor, or nothing.
  takes(e) {
    this.hears();
    if (this.over) return;
    const c = this.client;
    if (e.id) c.cursor = e.id;
    if (e.data === undefined) return;
    this.brought = true;
    call(() => c.options.onevent({ id: e.id ?? c.cursor, type: e.type ?? "message", data: e.data }));
  }

  takesBatch(b) {
    for (const e of b.events) this.takes(e);
    this.takes({ id: b.cursor });
  }
}
