/** The state of the playground, as a query that can be linked to. */

const DEFAULTS = {
  matrix: "random2020",
  seed: 0,
  n: 4,
  entries: null,
  guess: "self",
  lr: 0.9,
  momentum: 0.9,
  rung: "momentum",
};
const LARGEST = 1e6;
const SIZES = { random2020: 4, diagonal: 4, singular: 3 };
const CHOICES = {
  matrix: ["random2020", "diagonal", "seed", "hilbert", "singular", "given"],
  guess: ["self", "zeros", "rand", "transpose"],
  rung: ["momentum", "nesterov", "cg", "relative"],
};
const NUMBERS = {
  seed: ["a whole number", (x) => Number.isSafeInteger(x)],
  n: ["a whole number from 2 to 8", (x) => Number.isInteger(x) && x >= 2 && x <= 8],
  lr: ["a positive number", (x) => x > 0 && x <= LARGEST],
  momentum: ["a number from 0 to below 1", (x) => x >= 0 && x < 1],
};

/** From its own scaled transpose the relative gradient converges; from most others it does not. */
export const guessFor = (rung) => (rung === "relative" ? "transpose" : DEFAULTS.guess);

/** {state, complaints}: what a query asks for, and a sentence for each part it cannot have. */
export function readState(query = "") {
  const asked = new URLSearchParams(query);
  const complaints = [];
  const state = { ...DEFAULTS };
  const take = (key, value, fine, wanted) => {
    if (fine) state[key] = value;
    else complaints.push(`${key}=${asked.get(key)} is not ${wanted}.`);
  };
  for (const key of ["rung", "matrix", "guess"]) {
    if (key === "guess") state.guess = guessFor(state.rung);
    const value = asked.get(key);
    const known = CHOICES[key];
    if (value !== null) take(key, value, known.includes(value), `one of ${known.join(", ")}`);
  }
  for (const [key, [wanted, fine]] of Object.entries(NUMBERS)) {
    const text = asked.get(key);
    const value = text?.trim() ? Number(text) + 0 : NaN; // + 0 takes the sign from −0
    if (text !== null) take(key, value, fine(value), wanted);
  }
  if (state.matrix === "given") {
    const { entries, complaint } = parseEntries(asked.get("entries") ?? "");
    if (complaint) complaints.push(complaint);
    Object.assign(state, entries ? { entries } : { matrix: DEFAULTS.matrix });
  }
  return { state: tidy(state), complaints };
}

/** {entries} of a matrix typed as "1, 2; 3, 4", or {complaint}: a sentence on what is wrong. */
export function parseEntries(text) {
  const lines = text.trim().replace(/;$/, "").split(/[;\n]/);
  const words = lines.map((line) => line.match(/[^\s,]+/g) ?? []);
  const n = words.length;
  const uneven = words.find((row) => row.length !== n);
  const wrong = words.flat().find((word) => !(Math.abs(Number(word)) <= LARGEST));
  const entries = words.map((row) => row.map(Number));
  let complaint;
  if (n < 2 || n > 4) complaint = `The matrix needs 2 to 4 rows and has ${n}.`;
  else if (uneven)
    complaint = `Each of the ${n} rows needs ${n} numbers, and one has ${uneven.length}.`;
  else if (wrong) complaint = `"${wrong}" is not a number from -${LARGEST} to ${LARGEST}.`;
  else if (!entries.flat().some(Boolean)) complaint = "A matrix of zeros has nothing to invert.";
  return complaint ? { complaint } : { entries };
}

/** The state with what does not matter at its default, so that equal pictures have equal states. */
export function tidy(state) {
  const { matrix } = state;
  const n = SIZES[matrix] ?? (matrix === "given" ? state.entries.length : state.n);
  return {
    ...state,
    n,
    seed: matrix === "seed" ? state.seed : DEFAULTS.seed,
    entries: matrix === "given" ? state.entries : null,
  };
}

/** The shortest query that readState turns into this state. */
export function writeState(state) {
  const tidied = tidy(state);
  const sized = state.matrix === "seed" || state.matrix === "hilbert";
  const usual = { ...DEFAULTS, guess: guessFor(state.rung), n: sized ? DEFAULTS.n : tidied.n };
  const told = { ...tidied, entries: tidied.entries && tidied.entries.join(";") };
  const keys = Object.keys(DEFAULTS).filter((key) => told[key] !== usual[key]);
  return keys.map((key) => `${key}=${told[key]}`).join("&");
}
