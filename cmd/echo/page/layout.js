// The header of a frame as the figure of section 5.2 draws it: bits in rows.

// headerFields splits the octets of a header into the fields that it has, as
// far as it came.
function headerFields(header) {
  let bits = bitsOf(header);
  const fields = [];
  const take = (n, name, kind, value) => {
    if (bits === "") return "";
    const own = bits.slice(0, n);
    bits = bits.slice(n);
    fields.push({ name, kind, bits: own, value: value ? value(own) : "" });
    return own;
  };
  const decimal = (b) => BigInt("0b" + b).toLocaleString("en");
  const hex = (b) => BigInt("0b" + b).toString(16).padStart(b.length / 4, "0");
  take(1, "FIN", "flag");
  take(1, "RSV1", "flag");
  take(1, "RSV2", "flag");
  take(1, "RSV3", "flag");
  take(4, "opcode", "opcode", (b) => "0x" + hex(b));
  const mask = take(1, "MASK", "mask");
  const short = parseInt(take(7, "payload length", "length", decimal), 2);
  if (short === 126) take(16, "extended payload length", "length", decimal);
  if (short === 127) take(64, "extended payload length", "length", decimal);
  if (mask === "1") take(32, "masking key", "mask", (b) => hex(b).replace(/..(?=.)/g, "$& "));
  return fields;
}

// layoutRows puts fields one after the other into rows of width bits. A field
// that crosses the end of a row goes on in the next one. When payload is true
// the rest of the last row, or a row of its own, is payload.
function layoutRows(fields, width, payload) {
  const rows = [[]];
  let used = 0;
  const segment = (f, bits, first) => {
    rows[rows.length - 1].push({ ...f, bits, span: bits.length, first });
    used += bits.length;
    if (used === width) {
      rows.push([]);
      used = 0;
    }
  };
  for (const f of fields) {
    let rest = f.bits;
    while (rest !== "") {
      const part = rest.slice(0, width - used);
      // The name stands in the first part, unless there is no room for it.
      segment(f, part, rest === f.bits);
      rest = rest.slice(part.length);
    }
  }
  if (payload) {
    rows[rows.length - 1].push({ name: "payload", kind: "payload", bits: "", span: width - used, first: true, value: payload });
  } else if (used === 0) {
    rows.pop();
  }
  return rows;
}

// octetText gives for each octet of a text what to show under it: its
// character under the first octet of each, nothing under the others.
function octetText(bytes, isText) {
  if (!isText) return Array.from(bytes, (b) => (b > 0x20 && b < 0x7f ? String.fromCharCode(b) : "\u00b7"));
  const shown = [];
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i];
    const size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    const text = new TextDecoder().decode(bytes.slice(i, i + size));
    shown.push(visible(text.codePointAt(0)));
    for (let k = 1; k < size && i + k < bytes.length; k++) shown.push("");
    i += size;
  }
  return shown;
}
