// Plays client.js against the server at argv[2], from the cursor argv[3] on, until
// an event says "199", once with each transport that needs no browser. It is cut off
// twice on the way. Prints a line of JSON for each.
import { connect } from "./client.js";

const [, , base, cursor] = process.argv;

function play(options) {
  const data = [], states = [];
  let cuts = 2;
  return new Promise((resolve) => {
    const c = connect(base, {
      cursor, minRetry: 1, maxRetry: 2, pollEvery: 1, ...options,
      onstate(s) { if (states.at(-1) !== s.state) states.push(s.state); },
      onevent(e) {
        data.push(e.data);
        if (e.data === "199") {
          const used = c.transport;
          c.close();
          resolve({ used, data, states, cursor: c.cursor });
        } else if (data.length % 70 === 0 && cuts-- > 0) c.cut(1);
        else if (data.length === 10) throw new Error("an error of the application");
      },
    });
  });
}

let thrown = 0;
process.on("uncaughtException", () => { thrown++; });

for (const transport of ["stream", "multipart", "longpoll", "poll"]) {
  console.log(JSON.stringify(await play({ transports: [transport] })));
}
// node has no EventSource, and this server has WebSockets switched off.
console.log(JSON.stringify(await play({ transports: ["websocket", "sse", "jsonp-poll", "stream"] })));
console.log(JSON.stringify({ used: "errors", data: [], states: [], cursor: String(thrown) }));
