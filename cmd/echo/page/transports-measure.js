// What the page measures of one transport.

const samples = 500; // of latency, for the quantiles
const cutFor = 5000; // milliseconds
const calm = 3000; // without a newer event for so long, there is none to catch up with
const warmUp = 2000; // the page has other things to do at first

// clock gives the page's time in milliseconds since 1970, finer than Date.now. The
// clock of the page does not follow the machine's when that is set, so it is set
// right when the two are apart.
let skew = 0;
function clock() {
  const fine = performance.timeOrigin + performance.now();
  const apart = Date.now() - (fine + skew);
  if (apart > 2 || apart < -3) skew += apart + 0.5;
  return fine + skew;
}

const since = clock(); // when the page was opened

class Measure {
  constructor(name) {
    this.name = name;
    this.state = "connecting";
    this.retryAt = 0;
    this.events = 0;
    this.missed = 0;
    this.doubled = 0;
    this.gaps = 0;
    this.payload = 0; // octets
    this.last = 0; // the number of the last event
    this.latencies = []; // the newest last
    this.counts({ requests: 0, connections: 0, open: 0, up: 0, down: 0 });
    this.opened = 0; // when the current attempt was, by the server's clock
    this.resume = { phase: "none", at: 0, took: 0, caughtUp: 0, missed: 0, doubled: 0 };
  }

  // takes takes an event: a number, the time when it was published, and dots.
  takes(event) {
    const arrived = clock();
    if (event.type === "gap") {
      this.gaps++;
      this.last = 0;
      return;
    }
    if (event.type !== "tick") return; // somebody has posted it
    const [number, time] = event.data.split(" ", 2).map(Number);
    this.events++;
    this.payload += event.data.length; // all of it is ASCII
    if (this.last !== 0 && number <= this.last) this.doubled++;
    else if (this.last !== 0) this.missed += number - this.last - 1;
    this.last = Math.max(this.last, number);
    if (time < this.opened && this.resume.phase !== "done") {
      if (this.resume.phase === "resuming") this.resume.caughtUp++;
      return; // it has waited for the connection and not for the transport
    }
    if (this.resume.phase === "resuming") this.endResume();
    if (arrived - since < warmUp) return;
    this.latencies.push(Math.max(arrived - time, 0));
    if (this.latencies.length > samples) this.latencies.shift();
  }

  // counts takes what the server has counted, of the events that have come so far.
  counts(wire) {
    this.wire = wire;
    this.counted = { events: this.events, payload: this.payload };
  }

  changes(s) {
    this.state = s.state;
    this.retryAt = s.state === "waiting" ? clock() + s.retryIn : 0;
    if (s.state !== "open") return;
    if (this.resume.phase === "cut") {
      this.resume.phase = "resuming";
      this.resume.took = clock() - this.resume.at;
      this.opened = clock();
    }
    if (this.opened === 0) this.opened = clock();
  }

  cut() {
    this.resume = { phase: "cut", at: clock(), took: 0, caughtUp: 0, missed: this.missed, doubled: this.doubled };
  }

  // settle ends the resume when nothing has been published since.
  settle() {
    if (this.resume.phase === "resuming" && clock() - this.opened > calm) this.endResume();
  }

  // endResume is called with the first event that was published after the client
  // was back.
  endResume() {
    const r = this.resume;
    r.phase = "done";
    r.missed = this.missed - r.missed;
    r.doubled = this.doubled - r.doubled;
    announce(titleOf(this.name) + " has resumed: " + count(r.caughtUp, "event") + " caught up, " + r.missed + " missed, " + r.doubled + " doubled");
  }

  // quantile gives the latency that so much of the events stay within, or NaN.
  quantile(q) {
    if (this.latencies.length === 0) return NaN;
    const sorted = Float64Array.from(this.latencies).sort();
    return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
  }

  // each gives n, which the server has counted, for each event, or NaN.
  each(n) { return this.counted.events === 0 ? NaN : n / this.counted.events; }

  overhead() { return this.each(this.wire.up + this.wire.down - this.counted.payload); }

  toJSON() {
    const number = (n) => (Number.isFinite(n) ? Math.round(n * 1000) / 1000 : null);
    const { phase, took, caughtUp, missed, doubled } = this.resume;
    return {
      state: this.state,
      requests: this.wire.requests, connections: this.wire.connections,
      octetsUp: this.wire.up, octetsDown: this.wire.down, octetsOfData: this.payload,
      events: this.events, eventsWhenCounted: this.counted.events, missed: this.missed, doubled: this.doubled, gaps: this.gaps,
      overheadPerEvent: number(this.overhead()), requestsPerEvent: number(this.each(this.wire.requests)),
      latencyP50: number(this.quantile(0.5)), latencyP99: number(this.quantile(0.99)), latencySamples: this.latencies.length,
      lastCut: phase === "done" ? { milliseconds: number(took), caughtUp, missed, doubled } : null,
    };
  }
}

const titleOf = (name) => about.find((a) => a.name === name).title;
