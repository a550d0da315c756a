// This page's place in the chat, and the connection that it has there: how it comes in,
// goes on where it was cut off, and comes in again when the server has forgotten it.

import { connect } from "/comet/client.js";
import { random } from "./outbox.js";

const types = ["text", "private", "notice", "typing", "rooms"];
const order = ["websocket", "sse", "longpoll"]; // each is tried if the one before does not get through
const refusals = {
  400: "A name has 1 to 24 letters, figures and signs.",
  409: "Somebody here has this name.",
  503: "The chat is full. Try again later.",
};

/**
 * @typedef {object} Listener
 * @property {() => void} entered                a room; what was said there follows
 * @property {(past: object) => void} past       the last messages, and who is there
 * @property {(e: object) => void} event         one more
 * @property {(s: object) => void} state         of the connection
 * @property {() => void} lost                   is what was open
 * @property {() => void} recovered              and nothing was missed
 * @property {(why: string) => void} reloaded    all of it, for something was missed
 * @property {(why: string) => void} ended       for it is refused
 */

export class Link {
  token = random(16); // the same for as long as the page is open, so it is the same person
  name = "";
  room = "";
  way = ""; // the only transport, if it is not to be the best
  comet = null; // while this page is in
  open = false;
  #lost = false; // it was open, and has not been since
  #coming = false; // in again
  #retry = 0; // its timer
  #relief = 0; // the timer until it is told that nothing was missed

  /** @param {Listener} on */
  constructor(on) { this.on = on; }

  // enter comes in, or goes into another room. The topics of a connection are fixed, so
  // that needs another one.
  async enter(name, room) {
    const r = await fetch(`/comet/${this.token}/send`, { method: "POST", body: JSON.stringify({ kind: "enter", name, room }) });
    if (!r.ok) throw Object.assign(new Error(refusals[r.status] ?? `The server says ${r.status}.`), { refused: true });
    [this.name, this.room] = [name, room];
    this.on.entered();
    await this.#reload();
  }

  // What was said is shown first, and the connection goes on after it. Between the two
  // nothing is lost: the cursor is where the answer ends.
  async #reload() {
    clearTimeout(this.#relief);
    this.comet?.close();
    const past = await this.history();
    this.on.past(past);
    this.begin(past.cursor);
  }

  async history(before = "") {
    const r = await fetch(`/history/${this.token}?${new URLSearchParams({ before })}`);
    if (!r.ok) throw new Error(`The server says ${r.status}.`);
    return r.json();
  }

  begin(cursor) {
    this.comet?.close();
    this.open = false;
    this.comet = connect(`/comet/${this.token}/`, {
      transports: this.way ? [this.way] : order, types, cursor,
      onevent: (e) => this.#event(e), onstate: (s) => this.#state(s),
    });
  }

  tell(q) { this.comet?.send(JSON.stringify(q)).catch(() => {}); } // what matters is said again

  cut() { this.comet?.cut(); }

  #event(e) {
    if (e.type !== "gap") this.on.event({ ...e, data: JSON.parse(e.data) });
    else this.again("some of what was said meanwhile is kept no longer.");
  }

  #state(s) {
    const was = this.open;
    this.open = s.state === "open";
    this.on.state(s);
    if (this.open && this.#lost) {
      this.#lost = false;
      this.#relief = setTimeout(() => this.on.recovered(), 300); // a gap says otherwise at once
    } else if (was && !this.open && s.state !== "closed") {
      this.#lost = true;
      this.on.lost();
    }
    if (s.state === "waiting") this.check(); // a WebSocket that is refused does not say why
  }

  // check asks what there is after the cursor. That keeps this page's place, finds out
  // whether the server knows it, and finds a connection that has died without a sign:
  // what it should have brought is still not there a while later.
  async check() {
    const c = this.comet, cursor = c?.cursor;
    if (!c || this.#coming) return;
    try {
      const r = await fetch(`/comet/${this.token}/poll?${new URLSearchParams({ cursor })}`, { signal: AbortSignal.timeout(6_000) });
      if (c !== this.comet) return;
      if (r.status === 401) {
        await this.again("the server did not know this page any more.");
        return;
      }
      if ((await r.json()).events.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      if (c.cursor !== cursor) return;
    } catch { /* so the connection is dead, too */ }
    if (c === this.comet && this.open) c.cut();
  }

  // again comes in anew when the server has forgotten this page: it has been started
  // again, or the page has slept for too long.
  async again(why) {
    if (this.#coming) return;
    this.#coming = true;
    try {
      await this.enter(this.name, this.room);
      this.#lost = false;
      this.on.reloaded(why);
    } catch (e) {
      if (e.refused) this.on.ended(e.message);
      else this.#retry = setTimeout(() => this.again(why), 3_000);
    }
    this.#coming = false;
  }

  // leave gives the place up. It works while the page goes, too.
  leave() {
    if (this.comet) navigator.sendBeacon(`/comet/${this.token}/send`, '{"kind":"leave"}');
    this.comet?.close();
    this.comet = null;
    this.open = this.#lost = false;
    clearTimeout(this.#retry);
  }
}
