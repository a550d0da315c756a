// The screen: comments come in, get a lane, and are drawn over the scene.

import { connect } from "/comet/client.js";
import { assign, left } from "./lanes.mjs";
import { scene } from "./scene.js";

const $ = (id) => document.getElementById(id);
const canvas = $("stage");
const g = canvas.getContext("2d");
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

// The colours by name: on a dark picture, and on a light one.
const colours = {
  white: ["#ffffff", "#20242b"], red: ["#ff8f85", "#b3261e"], amber: ["#ffd166", "#8a5a00"], green: ["#8be39b", "#1d6b34"],
  cyan: ["#7fe3ea", "#0b6068"], blue: ["#9ec5ff", "#1c53a8"], violet: ["#cfb6ff", "#6136b0"], pink: ["#ffadd2", "#a3216a"],
};

const maxWaiting = 100; // comments for which no lane is free; the oldest give way
const waiting = [];
let flying = []; // comments with a lane
let lanes = {}; // the newest comment of each lane, by mode
let size = { width: 0, height: 0, font: 16, row: 24 };

// measure fits the canvas to its place. There, those that fly begin anew.
function measure() {
  const width = canvas.clientWidth, height = canvas.clientHeight;
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  g.setTransform(scale, 0, 0, scale, 0, 0);
  const font = Math.max(15, Math.min(34, height / 20));
  size = { width, height, font, row: font * 1.5 };
  const rows = Math.max(3, Math.floor((height - 8) / size.row));
  const edge = Math.max(1, Math.floor(rows / 5)); // rows at the top, and at the bottom
  lanes = { top: Array(edge).fill(), fly: Array(rows - 2 * edge).fill(), bottom: Array(edge).fill() };
  waiting.unshift(...flying.map((c) => c.comment));
  flying = [];
}

const stages = (mode) => ({ width: size.width, seconds: mode === "fly" && !still.matches ? 5 + size.width / 250 : 4, gap: size.font });

// place gives lanes to those that wait, each to its mode; one that finds none
// waits on, and does not keep those of other modes from theirs.
function place(now) {
  g.font = `600 ${size.font}px system-ui, sans-serif`;
  for (let i = 0; i < waiting.length;) {
    const comment = waiting[i], mode = comment.mode;
    const c = { ...comment, comment, width: g.measureText(comment.text).width, start: now, stage: stages(mode) };
    if (still.matches) c.mode = "top"; // it stands, in the lane where it would fly
    const lane = assign(lanes[mode], c, c.stage);
    if (lane < 0) {
      i++;
      continue;
    }
    waiting.splice(i, 1);
    lanes[mode][lane] = c;
    const row = mode === "fly" ? lanes.top.length + lane : lane;
    const y = (row + 0.5) * size.row + 4;
    flying.push({ ...c, y: mode === "bottom" ? size.height - y : y });
  }
}

function draw(now) {
  scene(g, size, now, dark.matches);
  flying = flying.filter((c) => now < c.start + c.stage.seconds);
  g.font = `600 ${size.font}px system-ui, sans-serif`;
  g.textBaseline = "middle";
  g.lineJoin = "round";
  g.lineWidth = size.font / 5;
  g.strokeStyle = dark.matches ? "rgb(8 12 18 / .8)" : "rgb(255 255 255 / .85)";
  for (const c of flying) {
    const x = c.mode === "fly" ? left(c, now, c.stage) : Math.max(8, left(c, now, c.stage));
    const room = c.mode === "fly" ? undefined : size.width - 16; // a long one that stands is made narrower
    g.strokeText(c.text, x, c.y, room);
    g.fillStyle = colours[c.colour]?.[dark.matches ? 0 : 1] ?? colours.white[dark.matches ? 0 : 1];
    g.fillText(c.text, x, c.y, room);
  }
}

let now = 0, before = 0, paused = false;

// frame goes on by no more than a tenth of a second, whatever the browser did
// meanwhile: a page that was in the background does not jump.
function frame(t) {
  if (size.width !== canvas.clientWidth || size.height !== canvas.clientHeight) measure();
  if (!paused) {
    now += Math.max(0, Math.min(0.1, (t - before) / 1000));
    place(now);
  }
  draw(now);
  before = t;
  requestAnimationFrame(frame);
}

const maxLatest = 12;

function take(e) {
  if (e.type === "gap") return; // it is no loss: what was missed would be late
  const c = JSON.parse(e.data);
  waiting.push(c);
  if (waiting.length > maxWaiting) waiting.shift();
  const li = document.createElement("li");
  li.textContent = c.text;
  li.dir = "auto";
  $("latest").prepend(li);
  if ($("latest").childElementCount > maxLatest) $("latest").lastChild.remove();
}

let comet = null, cursor = "", turn = 0;

// begin shows the last comments to who comes late, and goes on after them. Sending is
// for phones, so no WebSocket is needed. If the page is put away meanwhile, that is
// left to the next time.
async function begin() {
  const mine = ++turn;
  const kept = await fetch(`/comet/poll?${new URLSearchParams({ cursor })}`).then((r) => r.json()).catch(() => null);
  if (mine !== turn) return;
  if (kept) { // else what follows tries on, and says so
    kept.events.forEach(take);
    cursor = kept.cursor;
  }
  comet = connect("/comet/", {
    transports: ["sse", "stream", "longpoll"],
    cursor,
    onevent: take,
    onstate: (s) => {
      $("state").dataset.state = s.state;
      $("state").textContent = s.state === "open" ? "live" : "connecting";
    },
  });
}

$("pause").onclick = () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", String(paused));
};
$("full").onclick = () => document.fullscreenElement ? document.exitFullscreen() : canvas.requestFullscreen();
$("full").hidden = !document.fullscreenEnabled;
$("address").textContent = `${location.host}/send`;

// What came while nobody looked is late, and is not shown all at once. A page that is
// put away keeps no connection, and goes on where it was when it is taken out again.
document.onvisibilitychange = () => { waiting.length = 0; };
addEventListener("pagehide", () => {
  turn++;
  cursor = comet?.cursor ?? cursor;
  comet?.close();
});
addEventListener("pageshow", (e) => { if (e.persisted) begin(); });

requestAnimationFrame((t) => { before = t; frame(t); });
begin();
