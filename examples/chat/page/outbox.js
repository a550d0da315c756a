// What has been said and has not come back yet. A message is shown as sent when it
// comes back from the server, and until then it is said again after whatever has
// happened to the connection. Its key tells the server that it is the same one. One
// is on its way at a time: so they stay in order, and the server needs to know no
// more than the last key.

const patience = 6_000; // milliseconds until a message that has not come back is said again
const most = 12, slot = 10_000; // messages in so many milliseconds; the server takes a little more

/** @typedef {{key: string, text: string, to: string}} Message */

export class Outbox {
  /** @type {Message[]} */
  messages = [];
  #clock = 0;
  #times = Array(most).fill(-slot); // when the last ones were said

  /**
   * @param {(m: Message) => void} send
   * @param {() => void} late  called when a message has not come back
   * @param {(messages: Message[]) => void} show
   */
  constructor(send, late, show) {
    Object.assign(this, { send, late, show });
  }

  add(text, to) {
    this.messages.push({ key: random(8), text, to });
    if (this.messages.length === 1) this.go();
    this.show(this.messages);
  }

  /** go says the first message, or says it again. */
  go() {
    clearTimeout(this.#clock);
    if (this.messages.length === 0) return;
    const wait = this.#times[0] + slot - performance.now();
    if (wait > 0) {
      this.#clock = setTimeout(() => this.go(), wait);
      return;
    }
    this.#times = [...this.#times.slice(1), performance.now()];
    this.send(this.messages[0]);
    this.#clock = setTimeout(() => {
      this.late();
      this.go();
    }, patience);
  }

  /**
   * done takes the first message out, if it has this key.
   *
   * @param {string} key
   * @returns {Message | undefined}
   */
  done(key) {
    if (this.messages[0]?.key !== key) return undefined;
    const m = this.messages.shift();
    this.show(this.messages);
    this.go();
    return m;
  }

  /** clear forgets all of them. */
  clear() {
    clearTimeout(this.#clock);
    this.messages = [];
    this.show(this.messages);
  }
}

/** random gives so many random octets in hexadecimal digits. */
export function random(octets) {
  return Array.from(crypto.getRandomValues(new Uint8Array(octets)), (b) => b.toString(16).padStart(2, "0")).join("");
}
