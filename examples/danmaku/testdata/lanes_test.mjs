import assert from "node:assert/strict";
import { test } from "node:test";

import { assign, left } from "../page/lanes.mjs";

const stage = { width: 1000, seconds: 10, gap: 20 };
const fly = (start, width) => ({ mode: "fly", start, width });

test("the first free lane from the top", () => {
  assert.equal(assign([undefined, undefined], fly(0, 100), stage), 0);
  assert.equal(assign([fly(0, 100), undefined], fly(0, 100), stage), 1);
  assert.equal(assign([fly(0, 100)], fly(0, 100), stage), -1);
  assert.equal(assign([], fly(0, 100), stage), -1);
  assert.equal(assign(Array(2), fly(0, 100), stage), 0, "a hole is a free lane");
});

test("the one before has to be in, with a gap behind it", () => {
  // 1100 pixels in 10 s are 110 a second: 100 and a gap of 20 take 1.09 s.
  assert.equal(assign([fly(0, 100)], fly(1.0, 100), stage), -1);
  assert.equal(assign([fly(0, 100)], fly(1.1, 100), stage), 0);
});

test("a faster one waits until it can't catch up", () => {
  // 1900 pixels in 10 s: its left edge is at the left after 1000/190 = 5.26 s, so it
  // may begin no earlier than about 4.7 s after the slow one.
  assert.equal(assign([fly(0, 100)], fly(4.7, 900), stage), -1);
  assert.equal(assign([fly(0, 100)], fly(5.0, 900), stage), 0);
  assert.equal(assign([fly(0, 900)], fly(5.0, 100), stage), 0, "a slower one needs not");
});

test("one that stands has its lane for all of its time", () => {
  const top = (start) => ({ mode: "top", start, width: 50 });
  assert.equal(assign([top(0)], top(9.9), stage), -1);
  assert.equal(assign([top(0)], top(10), stage), 0);
  assert.equal(left(top(0), 5, stage), 475);
});

test("no two in a lane ever touch, and lanes are used", () => {
  let seed = 1;
  const random = () => (seed = seed * 48271 % 2147483647) / 2147483647;
  const last = Array(6).fill(undefined);
  const lanes = last.map(() => []);
  let refused = 0;
  for (let at = 0; at < 300; at += 0.15) {
    const c = fly(at, 20 + random() * 1200);
    const before = JSON.stringify(last);
    const lane = assign(last, c, stage);
    assert.equal(JSON.stringify(last), before, "it changes nothing");
    if (lane < 0) {
      refused++;
      continue;
    }
    last[lane] = c;
    lanes[lane].push(c);
  }
  assert.ok(refused > 100, "the stage was full at times");
  for (const lane of lanes) {
    assert.ok(lane.length > 30);
    for (let i = 1; i < lane.length; i++) {
      const [a, b] = [lane[i - 1], lane[i]];
      for (let now = b.start; now <= a.start + stage.seconds; now += 0.05) {
        const space = left(b, now, stage) - (left(a, now, stage) + a.width);
        assert.ok(space > stage.gap - 1e-6, `${space} pixels at ${now} between ${JSON.stringify([a, b])}`);
      }
    }
  }
});
