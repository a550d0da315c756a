// Where a comment flies. Nothing here knows a canvas or a clock, so all of it can
// be tested: what it gives depends on what it is given.

/**
 * @typedef {object} Comment
 * @property {"fly" | "top" | "bottom"} mode
 * @property {number} width  in pixels
 * @property {number} start  when it begins, in seconds
 *
 * @typedef {object} Stage
 * @property {number} width    in pixels
 * @property {number} seconds  that every comment is to be seen
 * @property {number} gap      pixels between two in a lane
 */

/**
 * left is where the left edge of a comment is. Each one takes the same time from
 * behind the right edge of the stage to behind the left one, so a long one is faster.
 *
 * @param {Comment} c
 * @param {number} now
 * @param {Stage} stage
 */
export function left(c, now, stage) {
  if (c.mode !== "fly") return (stage.width - c.width) / 2;
  return stage.width - speed(c, stage) * (now - c.start);
}

const speed = (c, stage) => (stage.width + c.width) / stage.seconds;

/**
 * assign gives the lane for a comment: the first one where it will not touch the one
 * before it, or -1 if there is none.
 *
 * @param {(Comment | undefined)[]} last  the newest comment of each lane
 * @param {Comment} c
 * @param {Stage} stage
 * @returns {number}
 */
export function assign(last, c, stage) {
  return Array.from(last).findIndex((before) => before === undefined || fits(before, c, stage));
}

// Two comments move evenly, so the space between them does, too: if they do not touch
// when the second one comes in, nor when the first one is gone, they never do.
function fits(before, c, stage) {
  const gone = before.start + stage.seconds;
  if (c.start >= gone) return true;
  if (c.mode !== "fly") return false;
  const space = (at) => left(c, at, stage) - left(before, at, stage) - before.width;
  return space(c.start) >= stage.gap && space(gone) >= stage.gap;
}
