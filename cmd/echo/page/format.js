// The event stream format of section 9.2.6, octet by octet, as the view of the
// raw stream needs it: each line with its end, and what it does.

const LF = 10, CR = 13;

// newLines gives a function that takes octets and returns the lines that they
// complete: the octets of each, how it ended and how many octets came before
// it. A CR ends its line at once; if it turns out to be half of a CRLF,
// amend is called with the line.
function newLines(amend) {
  let pieces = [], length = 0, offset = 0, last = null;
  const take = (piece) => {
    pieces.push(piece);
    length += piece.length;
  };
  return (chunk) => {
    const lines = [];
    let from = 0;
    if (last && chunk[0] === LF) {
      last.end = "CRLF";
      amend(last);
      from = 1;
      offset++;
    }
    if (chunk.length > 0) last = null;
    for (let i = from; i < chunk.length; i++) {
      if (chunk[i] !== LF && chunk[i] !== CR) continue;
      take(chunk.subarray(from, i));
      const line = { octets: joined(pieces, length), end: chunk[i] === LF ? "LF" : "CR", offset };
      if (line.end === "CR" && chunk[i + 1] === LF) {
        line.end = "CRLF";
        i++;
      } else if (line.end === "CR" && i + 1 === chunk.length) {
        last = line;
      }
      offset += length + line.end.length / 2;
      pieces = [];
      length = 0;
      from = i + 1;
      lines.push(line);
    }
    take(chunk.slice(from)); // a copy: the rest of a line may be long in coming
    return lines;
  };
}

function joined(pieces, length) {
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

// newInterpreter gives a function that says what a line does.
function newInterpreter(lastId) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let first = true, type = "", data = null, id = lastId, dispatched = lastId;
  const interpret = {
    field: (name, value) => {
      switch (name) {
        case "data":
          data = data === null ? value : data + "\n" + value;
          return { kind: "field" };
        case "event":
          type = value;
          return { kind: "field" };
        case "id":
          if (value.includes("\0")) return { kind: "ignored", why: "an id with NUL" };
          id = value;
          return { kind: "field" };
        case "retry":
          if (!/^[0-9]+$/.test(value)) return { kind: "ignored", why: "not digits only" };
          return { kind: "field", retry: Number(value) };
        default:
          return { kind: "ignored", why: "an unknown field" };
      }
    },
    blank: () => {
      const event = data === null ? null : { type: type || "message", data, id };
      const changed = id !== dispatched;
      type = "";
      data = null;
      dispatched = id;
      return event ? { kind: "dispatch", event } : { kind: "nothing", id, changed };
    },
  };
  return (line) => {
    let text = decoder.decode(line.octets);
    if (first && text.startsWith("\ufeff")) text = text.slice(1);
    first = false;
    if (text === "") return { text, ...interpret.blank() };
    const colon = text.indexOf(":");
    if (colon === 0) return { text, kind: "comment", value: text.slice(1).replace(/^ /, "") };
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    return { text, name, value, ...interpret.field(name, value) };
  };
}
