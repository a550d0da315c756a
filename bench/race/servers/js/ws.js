// npm ws, started as `node ws.js PORT`: an echo without compression. bufferutil
// is installed beside it, which its documentation advises for performance.
const { WebSocketServer } = require('ws');

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: +process.argv[2],
  perMessageDeflate: false,
  maxPayload: 64 << 20,
});

server.on('connection', (ws) => {
  ws.on('error', () => {});
  ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
});
