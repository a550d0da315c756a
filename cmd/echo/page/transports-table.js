// The table that compares, and the export.

class Row {
  constructor(a, measure) {
    this.measure = measure;
    this.cells = Array.from({ length: 6 }, () => el("td", { class: "n" }, "\u2013"));
    this.root = el("tr", { data: { transport: a.name } },
      el("th", { scope: "row" }, a.title), this.cells,
      el("td", {}, a.direction), el("td", {}, a.origins), el("td", {}, a.compatibility));
  }

  show() {
    const m = this.measure;
    const perEvent = m.each(m.wire.requests);
    const texts = [
      latencyText(m.quantile(0.5)), latencyText(m.quantile(0.99)),
      Number.isNaN(perEvent) ? "\u2013" : perEvent.toFixed(perEvent < 0.1 ? 3 : 2),
      octetsText(m.each(m.wire.up)), octetsText(m.each(m.wire.down)), octetsText(m.overhead()),
    ];
    texts.forEach((text, i) => { this.cells[i].textContent = text; });
  }
}

// exported is what is written to a file. Latencies are in milliseconds.
function exported(measures, publisher) {
  return {
    what: "Longwire transports: octets counted by the server on TCP connections, latencies from its clock to the page's",
    at: new Date().toISOString(),
    seconds: Math.round((clock() - since) / 1000),
    userAgent: navigator.userAgent,
    publisher,
    transports: Object.fromEntries(measures.map((m) => [m.name, m])),
  };
}

function save(value) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2) + "\n"], { type: "application/json" }));
  el("a", { href: url, download: "transports.json" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
