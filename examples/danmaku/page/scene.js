// The picture that plays behind the comments: hills that pass by under a slow sky.

const day = { sky: ["#cfe5ee", "#f7efdc"], light: "#f5c55c", hills: ["#a9c8c4", "#7fae9f", "#558a78"] };
const night = { sky: ["#0e1726", "#27344d"], light: "#77849e", hills: ["#22324a", "#1a2739", "#111a28"] };

/**
 * scene draws the picture of a moment.
 *
 * @param {CanvasRenderingContext2D} g
 * @param {{width: number, height: number}} size
 * @param {number} now  in seconds
 * @param {boolean} dark
 */
export function scene(g, { width, height }, now, dark) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const t = still ? 0 : now;
  const c = dark ? night : day;
  const sky = g.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, c.sky[0]);
  sky.addColorStop(1, c.sky[1]);
  g.fillStyle = sky;
  g.fillRect(0, 0, width, height);
  g.fillStyle = c.light;
  g.beginPath();
  g.arc(width * (0.72 + 0.06 * Math.sin(t / 40)), height * 0.3, height * 0.08, 0, 2 * Math.PI);
  g.fill();
  c.hills.forEach((colour, i) => {
    const far = 3 - i;
    g.fillStyle = colour;
    g.beginPath();
    g.moveTo(0, height);
    for (let x = 0; x <= width + 8; x += 8) {
      const p = (x + t * 40 / far) / height;
      const h = Math.sin(p * 1.7 + i * 2) + 0.5 * Math.sin(p * 3.1 + i) + 0.2 * Math.sin(p * 7.3);
      g.lineTo(x, height * (0.62 + 0.13 * i) - h * height * 0.055);
    }
    g.lineTo(width + 8, height);
    g.fill();
  });
}
