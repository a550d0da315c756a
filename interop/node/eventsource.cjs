// The npm package eventsource reads a stream, and says what it sees in lines of
// JSON: see ../sse_program_test.go. It ends when the stream is closed for good.
//
//     node eventsource.cjs URL TYPE...
"use strict";

const { EventSource } = require("eventsource");

const [url, ...types] = process.argv.slice(2);

function tell(what) {
  process.stdout.write(JSON.stringify(what) + "\n");
}

const source = new EventSource(url);
source.addEventListener("open", () => tell({ saw: "open" }));
source.addEventListener("error", () => {
  tell({ saw: source.readyState === EventSource.CLOSED ? "closed" : "lost" });
});
for (const type of ["message", ...types]) {
  source.addEventListener(type, (e) => tell({ saw: "event", type: e.type, data: e.data, id: e.lastEventId }));
}
