// What the page shows. Text gets into it as text nodes and in no other way, and each
// name and message is isolated, so that its direction changes nothing around it.

const $ = (id) => document.getElementById(id);
const ways = { websocket: "WebSocket", sse: "event stream and POST", longpoll: "long polling and POST" };

function element(name, className, ...children) {
  const e = document.createElement(name);
  e.className = className;
  e.append(...children);
  return e;
}

function isolated(name, className, text) {
  const e = element(name, className, text);
  e.dir = "auto";
  return e;
}

function button(className, text, onclick) {
  const b = isolated("button", className, text);
  b.type = "button";
  b.value = text;
  b.onclick = onclick;
  return b;
}

export function enter(me) {
  const came = $("inside").hidden;
  $("door").hidden = true;
  $("inside").hidden = false;
  $("leave").hidden = false;
  $("where").textContent = me.room;
  document.title = `${me.room} \u00b7 Chat`;
  if (came) $("text").focus();
}

// Where there is room for it, who is where is beside the messages and not to be folded.
const narrow = matchMedia("(max-width: 44rem)");
narrow.onchange = () => {
  $("side").open = !narrow.matches;
  $("side").firstElementChild.tabIndex = narrow.matches ? 0 : -1;
};
narrow.onchange();

export function leave(why) {
  $("door").hidden = false;
  $("inside").hidden = true;
  $("leave").hidden = true;
  $("where").textContent = "";
  document.title = "Chat";
  $("refused").textContent = why;
  banner("");
  $("name").focus();
}

export function state(s) {
  $("state").dataset.state = s.state;
  $("state").textContent = s.state === "open" ? ways[s.transport] : s.state === "closed" ? "not connected" : "connecting";
}

let bannerClock = 0;

// banner says what has happened: for a while, or while there is something to be done.
// It is always there, for what has just come into being is not read to those who listen.
export function banner(text, onclick) {
  const [span, b] = $("banner").children;
  span.textContent = text;
  b.hidden = !onclick;
  b.onclick = onclick ?? null;
  clearTimeout(bannerClock);
  if (text !== "" && !onclick) bannerClock = setTimeout(banner, 8_000, "");
}

export function people(rooms, me, direct, go) {
  const here = (rooms[me.room] ?? []).toSorted();
  $("count").textContent = `(${here.length} here)`;
  refill($("rooms"), Object.keys(rooms).sort().map((room) => {
    const b = button("", room, () => go(room));
    b.append(element("small", "", String(rooms[room].length)));
    if (room === me.room) b.setAttribute("aria-current", "true");
    return b;
  }));
  refill($("people"), here.map((name) => name === me.name ? isolated("span", "self", `${name} (you)`) : button("", name, () => direct(name))));
}

// refill changes a list under somebody who may be in it with the keyboard.
function refill(list, items) {
  const at = list.contains(document.activeElement) ? document.activeElement.value : undefined;
  list.replaceChildren(...items.map((e) => element("li", "", e)));
  items.find((e) => e.value !== undefined && e.value === at)?.focus();
}

export function direct(name) {
  $("to").hidden = name === "";
  $("to").textContent = `Only to ${name} \u2715`;
  $("to").setAttribute("aria-label", `Only to ${name}. Write to the room instead.`);
  $("say").classList.toggle("private", name !== "");
  $("text").focus();
}

const typists = new Map(); // name to the timer that forgets it

export function typing(name) {
  clearTimeout(typists.get(name));
  typists.set(name, setTimeout(() => still(name), 5_000));
  showTypists();
}

function still(name) {
  clearTimeout(typists.get(name));
  if (typists.delete(name)) showTypists();
}

function showTypists() {
  const names = [...typists.keys()];
  $("typing").textContent = names.length > 3 ? "Several people are writing" : names.length ? `${names.join(", ")} ${names.length > 1 ? "are" : "is"} writing` : "";
}

const maxShown = 500; // of messages

function message(id, type, said, mine) {
  const at = new Date(said.at);
  const time = element("time", "", at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = at.toISOString();
  const head = element("p", "head", isolated("b", "", said.from), time);
  if (type === "private") {
    head.prepend(element("span", "only", said.from === mine ? "only to" : "only to you, from"));
    if (said.from === mine) head.children[1].textContent = said.to;
  }
  const li = element("li", type, head, isolated("p", "what", said.text));
  li.dataset.id = id;
  if (said.from === mine) li.classList.add("mine");
  return li;
}

// Who reads the newest message goes on doing so, also when a keyboard comes up.
let atEnd = true;
$("scroll").onscroll = () => { atEnd = $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 60; };
new ResizeObserver(() => { if (atEnd) toEnd(); }).observe($("scroll"));
const toEnd = () => { $("scroll").scrollTop = $("scroll").scrollHeight; };

export function append(id, type, said, mine) {
  still(said.from);
  $("log").append(message(id, type, said, mine));
  if ($("log").childElementCount > maxShown) {
    $("log").firstElementChild.remove();
    $("older").hidden = false;
  }
  if (said.from !== mine) $("heard").textContent = `${said.from}${type === "private" ? ", only to you" : ""}: ${said.text}`;
  if (atEnd || said.from === mine) toEnd();
}

/** oldest gives the id of the first message that is shown. */
export const oldest = () => $("log").firstElementChild?.dataset.id ?? "";

// pending shows what is on its way. Most of it has arrived before anybody sees this.
export function pending(messages) {
  $("pending").replaceChildren(...messages.map((m) => element("li", m.to ? "private mine" : "mine",
    element("p", "head", element("span", "only", m.to ? `to ${m.to}, on its way` : "on its way")), isolated("p", "what", m.text))));
  if (messages.length > 0) toEnd();
}

export function prepend(id, type, said, mine) {
  $("log").prepend(message(id, type, said, mine));
  toEnd();
}

export function clear() {
  $("log").replaceChildren();
  for (const name of [...typists.keys()]) still(name);
}

// keep does something above what is seen without moving that.
export function keep(change, ...args) {
  const box = $("scroll");
  const fromEnd = box.scrollHeight - box.scrollTop;
  change(...args);
  box.scrollTop = box.scrollHeight - fromEnd;
}
