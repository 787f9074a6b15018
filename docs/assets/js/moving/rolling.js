// Two numbers: the x with x M = (1, 0), and the ball that rolls to it from (0, 0).

const HALF = Math.SQRT1_2;
const ANSWER = [2 / 3, -1 / 3];
const START = [-HALF / 3, -HALF]; // the error of (0, 0), along (1, 1) and (1, −1)
const CURVATURE = [4.5, 0.5]; // along the same two
const SMALL = 1e-6 * Math.hypot(...ANSWER);
const LEVELS = [0.003, 0.012, 0.03, 0.06, 0.11, 0.18, 0.28, 0.4];
const VIEW = [
  [-0.25, 1.15],
  [-0.72, 0.28],
];
const [SHOWN, MOST] = [39, 5000]; // steps that are drawn, and those that it may take

/** The point that is u along (1, 1) and v along (1, −1) from the answer. */
const at = (u, v) => [ANSWER[0] + (u + v) * HALF, ANSWER[1] + (u - v) * HALF];

/** The ball's first points, and the first step whose error is below a millionth of the answer's size. */
export function roll(lr, momentum) {
  let [e, push, steps] = [START, [0, 0], -1];
  const points = [];
  for (let k = 0; k <= SHOWN || (steps < 0 && k <= MOST); k++) {
    if (k <= SHOWN) points.push(at(...e));
    if (steps < 0 && Math.hypot(...e) < SMALL) steps = k;
    push = push.map((kept, i) => momentum * kept + CURVATURE[i] * e[i]);
    e = e.map((error, i) => error - lr * push[i]);
  }
  return { points, steps };
}

const columns = (points) => [0, 1].map((i) => points.map((point) => point[i]));

/** A line of equal loss, (9 u² + v²)/4. */
function ring(level) {
  const r = 2 * Math.sqrt(level);
  const turns = Array.from({ length: 121 }, (_, k) => (2 * Math.PI * k) / 120);
  return columns(turns.map((turn) => at((r / 3) * Math.cos(turn), r * Math.sin(turn))));
}

const RINGS = LEVELS.map(ring);
const isSeen = (point) => point.every((x, i) => x >= VIEW[i][0] && x <= VIEW[i][1]);

export const ranges = [
  { name: "lr", words: "learning rate", min: 0.01, max: 0.44, step: 0.01, value: 0.4 },
  { name: "momentum", words: "momentum", min: 0, max: 0.95, step: 0.01, value: 0 },
];

/** The rings, the way and its points, as far as they are on the map; and the answer. */
export function frame({ lr, momentum }) {
  const { points, steps } = roll(lr, momentum);
  const named = { lr: lr.toFixed(2), momentum: momentum.toFixed(2) };
  const end = steps < 0 ? `not in ${MOST.toLocaleString("en")}` : steps.toLocaleString("en");
  return {
    traces: [...RINGS, columns(points), columns(points.filter(isSeen)), columns([ANSWER])],
    named,
    said: `Learning rate ${named.lr}, momentum ${named.momentum}: steps to six digits: ${end}.`,
  };
}
