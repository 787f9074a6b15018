// One number: the x with 2 x = 1, found by five points of gradient descent from zero.

const HOPS = 4;
const CURVATURE = 8; // of the loss (2 x − 1)², everywhere
const ANSWER = 0.5;

/** What a step leaves of the error, and where the hops end up. */
export function hop(lr) {
  const factor = 1 - CURVATURE * lr;
  const points = Array.from({ length: HOPS + 1 }, (_, k) => ANSWER * (1 - factor ** k));
  return { factor, points };
}

const loss = (x) => (2 * x - 1) ** 2;
const drawn = (xs) => [xs, xs.map(loss)];
const VALLEY = Array.from({ length: 61 }, (_, k) => -0.1 + 0.02 * k);

export const ranges = [
  { name: "lr", words: "learning rate", min: 0.005, max: 0.25, step: 0.005, value: 0.1 },
];

/** The valley, the hops and the places where they touch it. */
export function frame({ lr }) {
  const { factor, points } = hop(lr);
  const at = lr.toFixed(3);
  const left = factor.toFixed(2).replace("-", "−");
  return {
    traces: [drawn(VALLEY), drawn(points), drawn(points)],
    named: { lr: at },
    said:
      `Learning rate ${at}: each hop leaves ${left} of the error. ` +
      `After ${HOPS} of them x is ${points.at(-1).toFixed(4)}.`,
  };
}
