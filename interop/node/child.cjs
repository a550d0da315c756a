// What the peers of ../child_test.go in this folder share: commands come as lines
// of JSON on standard input, answers and events go to standard output, and a
// peer ends with its standard input.
"use strict";

const readline = require("node:readline");

const connections = new Map();

function tell(what) {
  process.stdout.write(JSON.stringify(what) + "\n");
}

const decode = (s) => Buffer.from(s, "base64");

// serve does the commands that come, each by the function of its name.
function serve(commands) {
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
}

module.exports = { connections, decode, serve, tell };
