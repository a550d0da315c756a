// The panel of one transport.

const shownLatencies = 120;
const lowest = -1, highest = 4; // powers of ten of milliseconds: 0.1 ms to 10 s
const chart = { width: 240, height: 50 };

const latencyText = (ms) => (Number.isNaN(ms) ? "\u2013" : milliseconds(ms));

// octetsText gives a number of octets that is short enough for a panel.
function octetsText(n) {
  if (Number.isNaN(n)) return "\u2013";
  if (n >= 1e6) return (n / 1e6).toFixed(n >= 1e7 ? 1 : 2) + " MB";
  if (n >= 1e4) return (n / 1e3).toFixed(1) + " kB";
  return (n >= 100 || Number.isInteger(n) ? Math.round(n).toLocaleString("en") : n.toFixed(1)) + " B";
}

function svg(tag, attributes) {
  const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  return e;
}

const heightOf = (ms) => chart.height * (1 - (Math.min(Math.max(Math.log10(ms), lowest), highest) - lowest) / (highest - lowest));

function newChart() {
  const picture = svg("svg", { viewBox: "0 0 " + chart.width + " " + chart.height, preserveAspectRatio: "none", role: "img" });
  for (const ms of [1, 10, 100, 1000]) {
    picture.append(svg("line", { x1: 0, x2: chart.width, y1: heightOf(ms), y2: heightOf(ms), class: "rule" }));
  }
  picture.append(svg("polyline", { class: "line", points: "" }));
  return picture;
}

function drawChart(picture, latencies) {
  const shown = latencies.slice(-shownLatencies);
  const step = chart.width / (shownLatencies - 1);
  const x = (i) => (chart.width - (shown.length - 1 - i) * step).toFixed(1);
  picture.lastElementChild.setAttribute("points", shown.map((ms, i) => x(i) + "," + heightOf(ms).toFixed(1)).join(" "));
  picture.setAttribute("aria-label", shown.length === 0 ? "No latencies yet" :
    "Latencies of the last " + count(shown.length, "event") + ": from " + milliseconds(Math.min(...shown)) + " to " + milliseconds(Math.max(...shown)));
}

class Panel {
  // cut is called when the button is pressed.
  constructor(a, measure, cut) {
    this.measure = measure;
    const fact = (label) => {
      const value = el("dd", {}, "\u2013");
      this.facts.append(el("div", {}, el("dt", {}, label), value));
      return value;
    };
    this.facts = el("dl", { class: "figures" });
    this.p50 = el("b", {}, "\u2013");
    this.p99 = el("b", {}, "\u2013");
    this.badge = el("span", { class: "state" }, "connecting");
    this.chart = newChart();
    this.events = fact("Events");
    this.requests = fact("Requests");
    this.connections = fact("Connections");
    this.wrong = fact("Missed \u00b7 doubled");
    this.up = fact("Up");
    this.down = fact("Down");
    this.overhead = fact("Overhead an event");
    this.open = fact("Open now");
    this.resumed = el("p", { class: "resumed" });
    const button = el("button", { type: "button", class: "cut", onclick: cut }, "Cut for 5 s");
    button.setAttribute("aria-label", "Cut " + a.title + " for 5 seconds");
    this.root = el("section", { class: "panel transport", "aria-labelledby": "h-" + a.name, data: { transport: a.name } },
      el("div", { class: "head" }, el("h2", { id: "h-" + a.name }, a.title), this.badge),
      el("p", { class: "hint" }, a.how),
      el("div", { class: "latency" },
        el("p", {}, this.p50, el("span", {}, "p50")), el("p", {}, this.p99, el("span", {}, "p99")),
        el("div", { class: "chart" }, el("span", { "aria-hidden": "true", class: "scale" }, el("i", {}, "10 s"), el("i", {}, "0.1 ms")), this.chart)),
      this.facts,
      el("div", { class: "foot" }, this.resumed, button));
  }

  show() {
    const m = this.measure, w = m.wire;
    this.badge.textContent = m.state === "waiting" && m.retryAt > 0 ? "back in " + Math.max(0, (m.retryAt - clock()) / 1000).toFixed(0) + " s" : m.state;
    this.badge.dataset.state = m.state;
    const p50 = m.quantile(0.5), p99 = m.quantile(0.99);
    this.p50.textContent = latencyText(p50);
    this.p99.textContent = latencyText(p99);
    this.events.textContent = m.events.toLocaleString("en");
    this.requests.textContent = w.requests.toLocaleString("en");
    this.connections.textContent = w.connections.toLocaleString("en");
    this.open.textContent = w.open.toLocaleString("en");
    this.up.textContent = octetsText(w.up);
    this.down.textContent = octetsText(w.down);
    this.overhead.textContent = octetsText(m.overhead());
    this.wrong.textContent = m.missed + " \u00b7 " + m.doubled + (m.gaps > 0 ? " \u00b7 " + count(m.gaps, "gap") : "");
    this.wrong.className = m.missed + m.doubled + m.gaps > 0 ? "bad" : m.events > 0 ? "good" : "";
    drawChart(this.chart, m.latencies);
    this.showResume(m.resume);
    Object.assign(this.root.dataset, {
      state: m.state, events: m.events, missed: m.missed, doubled: m.doubled, gaps: m.gaps,
      requests: w.requests, connections: w.connections, up: w.up, down: w.down, payload: m.payload,
      resume: m.resume.phase, caughtUp: m.resume.caughtUp,
    });
    if (!Number.isNaN(p50)) Object.assign(this.root.dataset, { p50: p50.toFixed(3), p99: p99.toFixed(3) });
  }

  showResume(r) {
    this.resumed.className = "resumed" + (r.phase !== "done" ? "" : r.missed + r.doubled > 0 ? " bad" : " good");
    this.resumed.textContent = {
      none: "not cut yet",
      cut: "cut\u2026",
      resuming: "back after " + milliseconds(r.took) + ", catching up\u2026",
      done: "resumed after " + milliseconds(r.took) + ": " + r.caughtUp + " caught up, " + r.missed + " missed, " + r.doubled + " doubled",
    }[r.phase];
  }
}
