// A WebSocket of the browsers' kind as a peer of ../child_test.go, which can
// dial only: node's own, or the one of the npm package in the first argument.
"use strict";

const { connections, decode, serve, tell } = require("./child.cjs");

const WebSocket = process.argv[2] ? require(process.argv[2]).WebSocket : globalThis.WebSocket;

let opened = 0;

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

serve(commands);
