// The forms.

const samples = {
  hello: () => "Hello",
  utf8: () => "\u03ba\u03cc\u03c3\u03bc\u03b5 \u2713 \ud83d\ude80",
  empty: () => "",
  126: () => "The length of 126 octets no longer fits into seven bits: ".padEnd(126, "."),
  65536: () => "65,536 octets need the long form of the length. ".padEnd(65536, "."),
};

const tab = () => document.querySelector("[name=tab]:checked").value;

// parseHex gives octets, or null.
function parseHex(text) {
  const digits = text.replace(/0x/gi, "").replace(/[\s,:]+/g, "");
  return /^([0-9a-f]{2})*$/i.test(digits) ? fromHex(digits) : null;
}

// body gives what the form would send, or null: a string, octets, or a File.
function body() {
  switch (tab()) {
    case "text": return byId("message").value;
    case "hex": return parseHex(byId("hex").value);
    default: return byId("file").files[0] || null;
  }
}

function showSize() {
  const b = body();
  const wrong = tab() === "hex" && b === null;
  byId("hex").setAttribute("aria-invalid", String(wrong));
  byId("size").textContent = wrong ? "not hexadecimal" : b === null ? ""
    : typeof b === "string" ? octets(new TextEncoder().encode(b).length) : octets(b.size === undefined ? b.length : b.size);
}

function showTab() {
  for (const e of document.querySelectorAll("[data-for]")) e.classList.toggle("off", !e.dataset.for.split(" ").includes(tab()));
  showSize();
}

function showCloseHint() {
  const server = byId("closer-server").checked;
  byId("close-hint").textContent = server
    ? "A server may send any code of section 7.4 but 1004, 1005, 1006 and 1015."
    : "A browser lets a page close with 1000 and 3000 to 4999 only.";
}

async function send() {
  let b = body();
  if (b === null) return;
  if (b instanceof File) b = new Uint8Array(await b.arrayBuffer());
  if (connection.state !== "OPEN") return;
  sentMessage(b, typeof b === "string" ? new TextEncoder().encode(b).length : b.length);
  connection.socket.send(b);
  update();
}

async function ping() {
  const result = byId("ping-result");
  result.dataset.ms = "";
  result.textContent = "\u2026";
  try {
    const { ms } = await (await ask("ping/" + connection.token, byId("ping-payload").value)).json();
    result.dataset.ms = ms;
    result.textContent = "Pong after " + milliseconds(ms);
    announce(result.textContent);
  } catch (err) {
    result.textContent = err.message;
  }
}

async function closeConnection() {
  const code = byId("close-code").value.trim();
  const reason = byId("close-reason").value;
  if (byId("closer-server").checked) {
    await ask("close/" + connection.token + "?" + new URLSearchParams({ code, reason }));
    return;
  }
  // An empty field is a Close frame without a code.
  if (code === "") connection.socket.close();
  else connection.socket.close(Number(code), reason);
  update();
}

// on runs what a form is for, and shows what it could not do.
function on(id, run) {
  byId(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    showError("");
    try {
      await run();
    } catch (err) {
      showError(err.message);
    }
  });
}

on("connect-form", connect);
on("message-form", send);
on("ping-form", ping);
on("close-form", closeConnection);
on("es-form", connectSource);
on("post-form", postForm);
on("cut-form", cut);

for (const e of document.querySelectorAll("[name=tab]")) e.addEventListener("change", showTab);
for (const e of document.querySelectorAll("[name=closer]")) e.addEventListener("change", showCloseHint);
for (const e of document.querySelectorAll("[data-sample]")) {
  e.addEventListener("click", () => {
    byId("message").value = samples[e.dataset.sample]();
    showSize();
  });
}
for (const id of ["message", "hex"]) {
  byId(id).addEventListener("input", showSize);
  byId(id).addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("message-form").requestSubmit();
  });
}
byId("file").addEventListener("change", () => {
  const f = byId("file").files[0];
  byId("file-name").textContent = f ? f.name : "Choose a file, sent as one binary message";
  showSize();
});
byId("error").addEventListener("click", () => showError(""));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") showError("");
});
byId("clear").addEventListener("click", clearFrames);
byId("follow").addEventListener("change", () => {
  const last = byId("frames").lastElementChild;
  if (!byId("follow").checked || !last) return;
  choose(last, false);
  last.scrollIntoView({ block: "nearest" });
});

for (const code of sendableCodes) byId("close-codes").append(el("option", { value: code }, closeCodes[code]));

byId("es-close").addEventListener("click", closeSource);
byId("post-data").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  byId("post-form").requestSubmit();
});
for (const e of document.querySelectorAll("[data-post]")) {
  e.addEventListener("click", () => { byId("post-data").value = postSamples[e.dataset.post]; });
}
for (const e of document.querySelectorAll("[data-after]")) {
  if (e.tagName !== "BUTTON") continue;
  e.addEventListener("click", () => { byId("es-after").value = { last: source.lastId, forged: "forged-1", none: "" }[e.dataset.after]; });
}
byId("raw-octets").addEventListener("change", () => byId("raw").classList.toggle("octets-shown", byId("raw-octets").checked));
byId("raw-follow").addEventListener("change", () => {
  if (!byId("raw-follow").checked) return;
  for (const id of ["raw", "event-list"]) byId(id).scrollTop = byId(id).scrollHeight;
});
byId("raw-clear").addEventListener("click", clearRaw);

byId("tab-text").checked = true; // a reload keeps what was chosen before
showTab();
showCloseHint();
update();
inspect(exampleFrame);
byId("raw-octets").checked = false;
showSource();
showResume();
showView();
