// Bun's own WebSocket server (uWebSockets), started as `bun bun.js PORT [all]`:
// an echo, or with `all` every message goes to all connections by publish. It
// corks by itself while a handler runs, so that answers go out together.
const all = process.argv[3] === 'all';

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: +process.argv[2],
  fetch(request, server) {
    if (!server.upgrade(request)) return new Response('', { status: 400 });
  },
  websocket: {
    perMessageDeflate: false,
    maxPayloadLength: 64 << 20,
    open(ws) {
      if (all) ws.subscribe('all');
    },
    message(ws, message) {
      if (all) server.publish('all', message);
      else ws.send(message);
    },
  },
});
