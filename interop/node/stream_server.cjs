// Node's http module serves event streams as ../sse_served_test.go tells it to.
// Commands come as lines of JSON on standard input, requests go to standard
// output. It ends with its standard input.
"use strict";

const http = require("node:http");
const readline = require("node:readline");
const zlib = require("node:zlib");

const paths = new Map();

function tell(what) {
  process.stdout.write(JSON.stringify(what) + "\n");
}

// write resolves when octets have been handed to the socket.
const write = (stream, octets) => new Promise((resolve) => stream.write(octets, resolve));
const flush = (stream) => new Promise((resolve) => stream.flush(resolve));

async function play(state, answer, res) {
  for (const [name, value] of Object.entries(answer.header || {})) res.setHeader(name, value);
  if (answer.trailer) res.setHeader("Trailer", Object.keys(answer.trailer).join(", "));
  if (answer.until_close) {
    res.shouldKeepAlive = false;
    res.removeHeader("Transfer-Encoding"); // what is removed is not added later
  }
  let out = res;
  if (answer.gzip) {
    res.setHeader("Content-Encoding", "gzip");
    out = zlib.createGzip();
    out.pipe(res);
  }
  res.writeHead(answer.status);
  res.flushHeaders();
  for (const [i, part] of (answer.parts || []).entries()) {
    if (answer.live && i > 0) await state.permission();
    await write(out, Buffer.from(part, "base64"));
    if (answer.gzip) await flush(out);
    await new Promise(setImmediate);
  }
  if (answer.cut) {
    res.destroy();
    return;
  }
  if (answer.trailer) res.addTrailers(answer.trailer);
  out.end();
}

function newState(answers) {
  let permitted = 0;
  let waiting = null;
  return {
    answers,
    permit() {
      if (waiting) waiting();
      else permitted++;
      waiting = null;
    },
    permission() {
      if (permitted > 0) {
        permitted--;
        return Promise.resolve();
      }
      return new Promise((resolve) => (waiting = resolve));
    },
  };
}

async function handle(req, res) {
  const body = [];
  for await (const octets of req) body.push(octets);
  const header = {};
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    // A header value has one character for each octet.
    const value = Buffer.from(req.rawHeaders[i + 1], "latin1").toString();
    (header[req.rawHeaders[i].toLowerCase()] ||= []).push(value);
  }
  tell({ path: req.url, method: req.method, header, body: Buffer.concat(body).toString("base64") });
  const state = paths.get(req.url);
  const answer = state && state.answers.shift();
  if (!answer) {
    res.writeHead(204);
    res.end();
    return;
  }
  await play(state, answer, res);
}

const commands = {
  script(c) {
    paths.set(c.path, newState(c.answers));
    tell({ path: c.path, ready: true });
  },
  permit: (c) => paths.get(c.path).permit(),
};

function listen() {
  return new Promise((resolve) => {
    const server = http.createServer(handle).listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}

async function main() {
  // Two origins.
  tell({ ports: [await listen(), await listen()] });
  const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
  lines.on("line", (line) => {
    const c = JSON.parse(line);
    commands[c.do](c);
  });
  lines.on("close", () => process.exit(0));
}

main();
