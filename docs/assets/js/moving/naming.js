// What the level at which a loss stops says of its cause, for a matrix of n rows.

const CLOSE = 0.02; // as few digits as a reader may have
const NAMES =
  "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen";
const names = NAMES.split(" ");

export const ranges = [
  { name: "n", words: "rows of the matrix", min: 1, max: 16, step: 1, value: 4 },
  {
    type: "number",
    name: "level",
    words: "loss where yours stops",
    min: 0,
    max: 10,
    step: "any",
    value: 0.0625,
  },
];

/** How many ones of the identity such a loss lacks, or 0 where it is no whole number of them. */
export function missing(level, n) {
  const count = Math.round(level * n ** 2);
  const whole = count > 0 && count <= n && Math.abs((level * n ** 2) / count - 1) < CLOSE;
  return whole ? count : 0;
}

/** The cause, where `floor` are the ends of where runs of 4×4 matrices in float32 stop. */
export function cause(level, n, [low, high]) {
  const count = missing(level, n);
  if (count === n)
    return "is 1/n, the loss of X = 0: parameters zeroed, or a guess of zero that does not move.";
  if (count) return `is ${count}/n²: ${names[count]} of ${n} singular values zero, or nearly so.`;
  if (level > high) return "is no share of n: weight decay, too few digits, or a run that is slow.";
  if (level >= low) return "is where 4×4 matrices end in float32, by rounding.";
  return "is below where 4×4 matrices end in float32: in float64 a run may still fall from here.";
}

/** The dot of the reader's run. A number that is not typed to its end leaves it where it was. */
export function frame({ n, level }, { floor }) {
  const named = { n: `${n}`, level: `${level}` };
  if (!(level > 0))
    return { traces: [], named, said: "Type a loss above zero, such as 0.25 or 4e-12." };
  const said = `With ${n} ${n === 1 ? "row" : "rows"}, ${level} ${cause(level, n, JSON.parse(floor))}`;
  return { traces: [[[n], [level]]], named, said };
}
