// Plays client.js with an EventSource, which node does not have, against the server at
// argv[2]: first over event streams from the cursor argv[3] on, until an event says
// "last"; then over a stream that ends again and again without an event, at argv[4]; then
// over long polls that are not held.
// Prints a line of JSON for each.
import { connect } from "./client.js";

// EventSource is as much of the browser's as is needed: what it dispatches.
globalThis.EventSource = class extends EventTarget {
  #stop = new AbortController();

  constructor(url) {
    super();
    this.#read(url).catch(() => {}).then(() => this.#dispatch(new Event("error")));
  }

  async #read(url) {
    const r = await fetch(url, { headers: { Accept: "text/event-stream" }, signal: this.#stop.signal });
    this.#dispatch(new Event("open"));
    const decoder = new TextDecoder();
    let rest = "", lastEventId = "";
    for await (const piece of r.body) {
      const blocks = (rest + decoder.decode(piece, { stream: true })).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split("\n").map((line) => line.split(": ")));
        lastEventId = fields.id ?? lastEventId;
        if (fields.data !== undefined) this.#dispatch(new MessageEvent(fields.event ?? "message", { data: fields.data, lastEventId }));
      }
    }
  }

  #dispatch(e) {
    if (this.#stop.signal.aborted) return;
    this.dispatchEvent(e);
    this[`on${e.type}`]?.(e);
  }

  close() { this.#stop.abort(); }
};

const [, , base, cursor, ending] = process.argv;
setTimeout(() => process.exit(1), 60_000).unref(); // it hangs

for (const types of [["error", "open"], []]) {
  console.log(JSON.stringify(await new Promise((resolve) => {
    const events = [], states = [];
    const c = connect(base, {
      cursor, types, transports: ["sse"],
      onstate(s) { states.push(s.state); },
      onevent(e) {
        events.push(`${e.type} ${e.data}`);
        if (e.data !== "last") return;
        c.close();
        resolve({ events, states });
      },
    });
  })));
}

console.log(JSON.stringify(await new Promise((resolve) => {
  const states = [];
  const c = connect(ending, {
    transports: ["stream"], minRetry: 1, maxRetry: 2,
    onstate(s) {
      states.push(s.state);
      if (states.length < 7) return;
      c.close();
      resolve({ events: [], states: states.slice(0, 7) });
    },
  });
})));

// No time passes here for an answer, and an hour is never over.
globalThis.fetch = async (url) => {
  asked.push(url.searchParams.get("hold") ?? "");
  return new Response('{"cursor":"1","events":[]}');
};
Date.now = () => 1;
const asked = [];
const c = connect("http://127.0.0.1/", { transports: ["longpoll"], pollEvery: 3_600_000 });
while (asked.length < 2) await new Promise(setImmediate);
for (let i = 0; i < 100; i++) await new Promise(setImmediate);
c.close();
console.log(JSON.stringify({ events: asked, states: [] }));
