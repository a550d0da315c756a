// What comes, and what is done then. Who is there and what is said comes from the
// server, and only from there, with its place among the rest.

import { Link } from "./link.js";
import { Outbox } from "./outbox.js";
import * as view from "./view.js";

const $ = (id) => document.getElementById(id);

let inside = false;
let typed = 0; // when the room was told of it
let to = ""; // who is to read what is written; "" is the room

const link = new Link({
  entered() {
    inside = true;
    sessionStorage.setItem("chat", JSON.stringify({ name: link.name, room: link.room }));
    view.enter(link);
  },
  past(past) {
    view.clear();
    showPast(past);
    present(past.rooms);
  },
  event(e) {
    switch (e.type) {
      case "rooms": return present(e.data);
      case "typing": return e.data === link.name || view.typing(e.data);
      case "notice": return notSent(e.data);
      default:
        outbox.done(e.data.key);
        view.append(e.id, e.type, e.data, link.name);
    }
  },
  state(s) {
    view.state(s);
    if (s.state === "open") outbox.go();
  },
  lost: () => view.banner("The connection is lost. It comes back by itself.", () => link.cut()),
  recovered: () => view.banner("Recovered: nothing was missed."),
  reloaded: (why) => view.banner(`Reloaded: ${why}`),
  ended: quit,
});
const outbox = new Outbox((m) => link.tell({ kind: "say", ...m }), () => link.cut(), view.pending);

function showPast(past) {
  for (const e of past.events.reverse()) {
    const said = JSON.parse(e.data);
    outbox.done(said.key);
    view.prepend(e.id, e.type, said, link.name);
  }
  $("older").hidden = !past.more;
}

// present shows who is where. One that was chosen and has left is no one to write to.
function present(rooms) {
  view.people(rooms, link, direct, (room) => go(room).catch(fail));
  if (to !== "" && !Object.values(rooms).flat().includes(to)) direct("");
}

// go goes into another room. What is on its way is for this one.
async function go(room) {
  if (outbox.messages.length > 0) throw new Error("a message is still on its way.");
  await link.enter(link.name, room);
}

// notSent gives a message back that the server does not take.
function notSent({ why, key }) {
  const m = outbox.done(key);
  if (m && $("text").value === "") $("text").value = m.text;
  view.banner(`${why} The message was not sent.`);
}

function direct(name) {
  to = name;
  view.direct(name);
}

function quit(why) {
  inside = false;
  link.leave();
  outbox.clear();
  view.leave(why);
}

const fail = (e) => view.banner(`That did not work: ${e.message}`);

$("join").onsubmit = (e) => {
  e.preventDefault();
  link.enter($("name").value.trim(), $("room").value.trim()).catch((e) => view.leave(e.message));
};
$("enter").onsubmit = (e) => {
  e.preventDefault();
  go($("other").value.trim()).then(() => { $("other").value = ""; }, fail);
};
$("leave").onclick = () => {
  sessionStorage.removeItem("chat");
  quit("");
};
$("say").onsubmit = (e) => {
  e.preventDefault();
  const text = $("text").value.trim();
  if (text === "") return;
  outbox.add(text, to);
  $("text").value = "";
  typed = 0;
};
$("text").oninput = () => {
  if (to !== "" || Date.now() - typed < 3_000) return;
  typed = Date.now();
  link.tell({ kind: "typing" });
};
$("to").onclick = () => direct("");
$("way").onchange = () => {
  link.way = $("way").value;
  if (link.comet) link.begin(link.comet.cursor);
};
$("older").onclick = async () => {
  const past = await link.history(view.oldest()).catch(fail);
  if (past) view.keep(showPast, past);
};

// A key that would begin a line sends, unless it comes with Shift. The keyboards of
// phones do not always name their keys, but they all say what is to be put in.
let shift = false;
$("text").onkeydown = (e) => {
  shift = e.shiftKey;
  if (e.key === "Escape") direct("");
};
$("text").onbeforeinput = (e) => {
  if (e.inputType !== "insertLineBreak" || shift) return;
  e.preventDefault();
  $("say").requestSubmit();
};

// A page that goes leaves; one that comes back from the browser's cache comes in again;
// and one that wakes with the phone that it is on finds out whether it is still in.
setInterval(() => { if (inside) link.check(); }, 30_000);
addEventListener("online", () => { if (inside) link.check(); });
document.onvisibilitychange = () => { if (inside && !document.hidden) link.check(); };
addEventListener("pagehide", () => { if (inside) link.leave(); });
addEventListener("pageshow", (e) => { if (e.persisted && inside) link.again("the page was away."); });

const before = JSON.parse(sessionStorage.getItem("chat") ?? "null");
if (before) {
  [$("name").value, $("room").value] = [before.name, before.room];
  $("door").hidden = true;
  link.enter(before.name, before.room).catch((e) => view.leave(e.message));
} else {
  $("name").focus();
}
