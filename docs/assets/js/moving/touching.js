// The best cubic on [l, 1], whose error is as large at both ends and on the other side between them.

const CURVE = 200; // parts that the curve is drawn of
const UNIT = 2 ** -52; // of float64, where the package's schedules end

/** a and b of the cubic aσ + bσ³ that is nearest to one on [low, high], and its largest error. */
export function bestCubic(low, high) {
  const q = high ** 2 + high * low + low ** 2;
  const peak = (2 / 3) * Math.sqrt(q / 3) * q; // of qσ − σ³, where σ² is q / 3
  const ends = low * high * (low + high);
  const b = 2 / (peak + ends);
  return { a: b * q, b: -b, error: 1 - b * ends, inside: Math.sqrt(q / 3) };
}

/** How many cubics, each the best one on what the last has left, lead from [l, 1] to the last digit. */
export function count(l) {
  let [steps, low, high] = [1, l, 1]; // the closing step, which is Newton–Schulz's
  // Twelve are enough from l = 0.001. A cubic that is wrong ends in a number, and not in a page that hangs.
  for (; (high - low) ** 2 > UNIT && steps < 100; steps++) {
    const { error } = bestCubic(low, high);
    [low, high] = [1 - error, 1 + error];
  }
  return steps;
}

export const ranges = [
  {
    name: "exponent",
    words: "l, where the interval begins",
    min: -3,
    max: -0.1,
    step: 0.01,
    value: -1,
  },
];

/** The whole curve, its part on the interval, the places where it touches; between them the error. */
export function frame({ exponent }) {
  const l = 10 ** exponent;
  const { a, b, error, inside } = bestCubic(l, 1);
  const cubic = (x) => a * x + b * x ** 3;
  const curve = (from) => {
    const xs = Array.from({ length: CURVE + 1 }, (_, k) => from + ((1 - from) * k) / CURVE);
    return [xs, xs.map(cubic)];
  };
  const places = [l, inside, 1];
  const at = l.toPrecision(3);
  return {
    traces: [curve(0), curve(l), [places, places.map(cubic)]],
    bands: [[1 - error, 1 + error]],
    named: { exponent: at },
    said:
      `l = ${at}: ${a.toFixed(3)} σ − ${(-b).toFixed(3)} σ³ is ${error.toFixed(3)} off at σ = ${at}, ` +
      `${inside.toFixed(3)} and 1. To the last digit: ${count(l)} cubics.`,
  };
}
