// The npm package eventsource-parser reads a stream that fetch brings, and says
// what it sees in lines of JSON: see ../sse_program_test.go. It connects again
// after the end of a response, as its user has to, until one is not 200.
//
//     node eventsource_parser.cjs URL
"use strict";

const { createParser } = require("eventsource-parser");

const url = process.argv[2];

function tell(what) {
  process.stdout.write(JSON.stringify(what) + "\n");
}

const state = { id: "", retry: 0 };

async function read(body) {
  const parser = createParser({
    onEvent(e) {
      if (e.id !== undefined) state.id = e.id;
      tell({ saw: "event", type: e.event || "message", data: e.data, id: state.id });
    },
    onComment: (text) => tell({ saw: "comment", data: text }),
    onRetry(ms) {
      state.retry = ms;
      tell({ saw: "retry", retry: ms });
    },
  });
  for await (const text of body.pipeThrough(new TextDecoderStream())) parser.feed(text);
}

async function main() {
  for (;;) {
    const headers = { Accept: "text/event-stream" };
    // A header value is given as one character for each octet.
    if (state.id) headers["Last-Event-ID"] = Buffer.from(state.id).toString("latin1");
    const response = await fetch(url, { headers });
    if (response.status !== 200) break;
    tell({ saw: "open" });
    try {
      await read(response.body);
    } catch (err) {
      if (!(err instanceof TypeError)) throw err; // which is how fetch says that a body was cut off
    }
    tell({ saw: "lost" });
    await new Promise((resolve) => setTimeout(resolve, state.retry));
  }
  tell({ saw: "closed" });
}

main();
