// The npm package ws as a peer of ../child_test.go.
"use strict";

const { WebSocket, WebSocketServer } = require("ws");
const { connections, decode, serve, tell } = require("./child.cjs");

let opened = 0;

// deflate is what permessage-deflate does on a connection, seen from this side.
function deflate(socket) {
  const extension = socket._extensions["permessage-deflate"];
  if (!extension) return null;
  const [me, other] = socket._isServer ? ["server", "client"] : ["client", "server"];
  const p = extension.params;
  return {
    sendContextTakeover: !p[`${me}_no_context_takeover`],
    sendWindowBits: p[`${me}_max_window_bits`] || 15,
    receiveContextTakeover: !p[`${other}_no_context_takeover`],
    receiveWindowBits: p[`${other}_max_window_bits`] || 15,
  };
}

// perMessageDeflate is the library's option: everything is compressed where a
// command has its own wishes, otherwise it is what the library does by itself.
const perMessageDeflate = (c) => (c.deflate ? { perMessageDeflate: { ...c.deflate, threshold: 0 } } : {});

// adopt reports what comes on a connection. maker is the id of the command that
// it came from: listen or dial.
function adopt(maker, socket) {
  const conn = String(++opened);
  connections.set(conn, socket);
  tell({ event: "open", maker, conn, subprotocol: socket.protocol, deflate: deflate(socket) });
  socket.on("message", (data, binary) => {
    tell({ event: "message", conn, kind: binary ? "binary" : "text", payload: data.toString("base64") });
  });
  socket.on("pong", (data) => tell({ event: "pong", conn, payload: data.toString("base64") }));
  socket.on("close", (code, reason) => tell({ event: "closed", conn, code, reason: reason.toString() }));
  socket.on("error", (err) => tell({ event: "error", conn, error: String(err) }));
}

const commands = {
  listen(c, done) {
    const server = new WebSocketServer({
      host: "127.0.0.1",
      port: 0,
      ...perMessageDeflate(c),
      handleProtocols: (offered) => (c.subprotocols || []).find((p) => offered.has(p)) || false,
    });
    server.on("connection", (socket) => adopt(c.id, socket));
    server.on("error", (err) => done(err));
    server.on("listening", () => done(null, { port: server.address().port }));
  },
  dial(c, done) {
    const socket = new WebSocket(c.url, c.subprotocols || [], perMessageDeflate(c));
    const failed = (err) => done(err);
    socket.on("error", failed);
    socket.on("open", () => {
      socket.off("error", failed);
      adopt(c.id, socket);
      done();
    });
  },
  send(c, done) {
    connections.get(c.conn).send(decode(c.payload), { binary: c.kind === "binary" }, done);
  },
  fragments(c, done) {
    const socket = connections.get(c.conn);
    const binary = c.kind === "binary";
    c.parts.forEach((part, i) => {
      const last = i === c.parts.length - 1;
      socket.send(decode(part), { binary, fin: last }, last ? done : undefined);
      if (i === 0 && c.ping) socket.ping(decode(c.ping));
    });
  },
  batch(c, done) {
    c.messages.forEach((m, i) => {
      const sent = i === c.messages.length - 1 ? done : undefined;
      commands.fragments({ conn: c.conn, ...m }, sent);
    });
  },
  ping(c, done) {
    connections.get(c.conn).ping(decode(c.payload), undefined, done);
  },
  close(c, done) {
    const socket = connections.get(c.conn);
    if (c.code === 1005) socket.close();
    else socket.close(c.code, c.reason);
    done();
  },
};

serve(commands);
