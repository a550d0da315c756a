// What the page does. Who is there and what is said comes from the server, and only
// from there: a message is shown when it comes back, with its place among the others.

import { connect } from "/comet/client.js";
import * as view from "./view.js";

const $ = (id) => document.getElementById(id);
const typeNames = ["text", "private", "notice", "typing", "rooms"];
const order = ["websocket", "sse", "longpoll"]; // each is tried if the one before does not get through

let me = null; // token, name and room
let comet = null;
let oldest = ""; // id of the first message that is shown
let lost = false; // the connection, and nothing has come since
let coming = null; // the attempt to come in anew that is under way
let typed = 0; // when the room was told of it
let shift = false; // is held
let to = ""; // who is to read what is written; "" is the room

async function post(path, body) {
  const r = await fetch(path, { method: "POST", body: JSON.stringify(body) });
  if (!r.ok) throw new Error((await r.text()).trim());
  return r.json();
}

// join comes in, or with a token goes into another room: the topics of a
// connection are fixed, so that needs another one.
async function join(q) {
  me = await post("/join", q);
  sessionStorage.setItem("chat", JSON.stringify({ name: me.name, room: me.room }));
  view.enter(me);
  await reload();
}

// reload shows the last messages and goes on after them. Between the answer and the
// connection nothing is lost: the cursor is where the answer ends.
async function reload() {
  const past = await history();
  if (!past) return;
  view.clear();
  showPast(past);
  present(past.rooms);
  begin(past.cursor);
}

async function history(before = "") {
  const { token } = me;
  const r = await fetch(`/history/${token}?${new URLSearchParams({ before })}`);
  if (token !== me.token) return;
  if (r.status === 401) return again();
  if (!r.ok) throw new Error(String(r.status));
  return r.json();
}

// again comes in anew when the server does not know this page any more: it has been
// started again, or the page has slept for too long.
async function again() {
  comet?.close();
  try {
    coming ??= join({ name: me.name, room: me.room });
    await coming;
    lost = false;
    view.banner("Reloaded: the server had forgotten this page.");
  } catch (e) {
    view.leave(e.message);
  }
  coming = null;
}

function showPast(past) {
  for (const e of past.events.reverse()) view.prepend(e.id, e.type, JSON.parse(e.data), me.name);
  oldest = past.events.at(-1)?.id ?? oldest;
  $("older").hidden = !past.more;
}

// present shows who is where. One that was chosen and has left is no one to write to.
function present(rooms) {
  view.people(rooms, me, direct, (room) => join({ token: me.token, room }).catch(fail));
  if (to !== "" && !Object.values(rooms).flat().includes(to)) direct("");
}

function begin(cursor) {
  comet?.close();
  const way = $("way").value;
  comet = connect(`/comet/${me.token}/`, { transports: way ? [way] : order, types: typeNames, cursor, onevent, onstate });
}

function onevent(e) {
  if (e.type === "gap") {
    // What was missed can't be given any more, so all is fetched anew.
    reload().then(() => view.banner("Reloaded: too much was said meanwhile to send it all."), fail);
    return;
  }
  const data = JSON.parse(e.data);
  switch (e.type) {
    case "rooms": return present(data);
    case "typing": return data === me.name || view.typing(data);
    case "notice": return view.banner(data);
    default: return view.append(e.id, e.type, data, me.name);
  }
}

function onstate(s) {
  view.state(s);
  if (s.state === "waiting" && !lost) {
    lost = true;
    view.banner("The connection is lost. It comes back by itself.", () => comet.cut(0));
  } else if (s.state === "open" && lost) {
    lost = false;
    view.banner("Recovered: nothing was missed."); // a gap would say otherwise in a moment
  }
  // A WebSocket that is refused does not say why.
  if (s.state === "waiting") history().catch(() => {});
}

const fail = (e) => view.banner(`That did not work: ${e.message}`);
const send = (q) => comet.send(JSON.stringify(q)).catch(fail);

function direct(name) {
  to = name;
  view.direct(name);
}

$("join").onsubmit = (e) => {
  e.preventDefault();
  join({ name: $("name").value, room: $("room").value }).catch((e) => view.leave(e.message));
};
$("enter").onsubmit = (e) => {
  e.preventDefault();
  join({ token: me.token, room: $("other").value }).then(() => { $("other").value = ""; }, fail);
};
$("say").onsubmit = (e) => {
  e.preventDefault();
  const text = $("text").value.trim();
  if (text === "") return;
  send({ kind: "say", text, to });
  $("text").value = "";
  typed = 0;
};
$("text").onkeydown = (e) => {
  shift = e.shiftKey;
  if (e.key === "Escape") direct("");
};
// A key that would begin a line sends, unless it comes with Shift. The keyboards of
// phones do not always name their keys, but they all say what is to be put in.
$("text").onbeforeinput = (e) => {
  if (e.inputType !== "insertLineBreak" || shift) return;
  e.preventDefault();
  $("say").requestSubmit();
};
$("to").onclick = () => direct("");
$("way").onchange = () => { if (comet) begin(comet.cursor); };
$("older").onclick = async () => {
  const past = await history(oldest).catch(fail);
  if (past) view.keep(showPast, past);
};

$("text").oninput = () => {
  if (to === "" && Date.now() - typed > 3_000) {
    typed = Date.now();
    send({ kind: "typing" });
  }
};
setInterval(() => { if (comet) send({ kind: "here" }); }, 30_000);
addEventListener("pagehide", () => { if (me) navigator.sendBeacon(`/comet/${me.token}/send`, '{"kind":"leave"}'); });
addEventListener("pageshow", (e) => { if (e.persisted && me) again(); });

const before = JSON.parse(sessionStorage.getItem("chat") ?? "null");
if (before) [$("name").value, $("room").value] = [before.name, before.room];
$("name").focus();
