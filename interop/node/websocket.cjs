// A WebSocket of the browsers' kind as a peer of ../child_test.go, which can
// dial only: node's own, or the one of the npm package in the first argument.
// Commands come as lines of JSON on standard input, answers and events go to
// standard output. It ends with its standard input.
"use strict";

const readline = require("node:readline");

const WebSocket = process.argv[2] ? require(process.argv[2]).WebSocket : globalThis.WebSocket;

const connections = new Map();
let opened = 0;

function tell(what) {
  process.stdout.write(JSON.stringify(what) + "\n");
}

function adopt(maker, socket) {
  const conn = String(++opened);
  connections.set(conn, socket);
  tell({ event: "open", maker, conn, subprotocol: socket.protocol, extensions: socket.extensions });
  socket.onmessage = ({ data }) => {
    const kind = typeof data === "string" ? "text" : "binary";
    tell({ event: "message", conn, kind, payload: Buffer.from(data).toString("base64") });
  };
  socket.onclose = ({ code, reason }) => tell({ event: "closed", conn, code, reason });
  socket.onerror = ({ message, error }) => tell({ event: "error", conn, error: message || String(error) });
}

const decode = (s) => Buffer.from(s, "base64");

const commands = {
  dial(c, done) {
    const socket = new WebSocket(c.url, c.subprotocols || []);
    socket.binaryType = "arraybuffer";
    socket.onerror = ({ message, error }) => done(message || error);
    socket.onopen = () => {
      adopt(c.id, socket);
      done();
    };
  },
  // A message of several parts is sent as one: this API has no fragments.
  batch(c, done) {
    for (const m of c.messages) {
      const whole = Buffer.concat(m.parts.map(decode));
      connections.get(c.conn).send(m.kind === "text" ? whole.toString() : whole);
    }
    done();
  },
  close(c, done) {
    connections.get(c.conn).close(c.code, c.reason);
    done();
  },
};

const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on("line", (line) => {
  const c = JSON.parse(line);
  const done = (err, more) => tell({ event: "done", id: c.id, error: err ? String(err) : "", ...more });
  try {
    commands[c.do](c, done);
  } catch (err) {
    done(err);
  }
});
lines.on("close", () => process.exit(0));
