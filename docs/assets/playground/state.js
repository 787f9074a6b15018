/** The state of the playground, as a query that can be linked to. */

const DEFAULTS = { matrix: "random2020", seed: 0, n: 4, entries: null, guess: "self", lr: 0.9, momentum: 0.9, rung: "momentum" };
const SIZES = { random2020: 4, diagonal: 4, singular: 3 };
const CHOICES = {
  matrix: ["random2020", "diagonal", "seed", "hilbert", "singular", "given"],
  guess: ["self", "zeros", "rand", "transpose"],
  rung: ["momentum", "nesterov", "cg", "relative"],
};
const NUMBERS = {
  seed: ["a whole number", (x) => Number.isSafeInteger(x)],
  n: ["a whole number from 2 to 8", (x) => Number.isInteger(x) && x >= 2 && x <= 8],
  lr: ["a positive number", (x) => x > 0 && x <= 1e6],
  momentum: ["a number from 0 to below 1", (x) => x >= 0 && x < 1],
};

/** From its own scaled transpose the relative gradient converges; from most others it does not. */
export const guessFor = (rung) => (rung === "relative" ? "transpose" : DEFAULTS.guess);

/** {state, complaints}: what the query asks for, and a sentence for each part that it cannot have. */
export function readState(query = "") {
  const asked = new URLSearchParams(query);
  const complaints = [];
  const state = { ...DEFAULTS };
  const take = (key, value, fine, wanted) => {
    if (fine) state[key] = value;
    else complaints.push(`${key}=${asked.get(key)} is not ${wanted}; ${key} stays at ${state[key]}.`);
  };
  for (const key of ["rung", "matrix", "guess"]) {
    if (key === "guess") state.guess = guessFor(state.rung);
    const value = asked.get(key);
    if (value !== null) take(key, value, CHOICES[key].includes(value), `one of ${CHOICES[key].join(", ")}`);
  }
  for (const [key, [wanted, fine]] of Object.entries(NUMBERS)) {
    const text = asked.get(key);
    if (text !== null) take(key, Number(text), text.trim() !== "" && fine(Number(text)), wanted);
  }
  if (state.matrix === "given") readEntries(state, asked.get("entries") ?? "", complaints);
  return { state: tidy(state), complaints };
}

function readEntries(state, text, complaints) {
  const { entries, complaint } = parseEntries(text);
  if (entries) state.entries = entries;
  else {
    state.matrix = DEFAULTS.matrix;
    complaints.push(`${complaint} The matrix of 2020 takes its place.`);
  }
}

/** {entries} of a matrix typed as "1, 2; 3, 4", or {complaint}, a sentence that says what is wrong. */
export function parseEntries(text) {
  const rows = text.trim().replace(/;\s*$/, "").split(/[;\n]/).map((row) => row.trim().split(/[\s,]+/).filter(Boolean));
  const n = rows.length;
  const uneven = rows.find((row) => row.length !== n);
  if (n < 2 || n > 4) return { complaint: `The matrix has ${n} row${n === 1 ? "" : "s"}; it needs 2, 3 or 4.` };
  if (uneven) {
    return { complaint: `The matrix has ${n} rows, and one of them has ${uneven.length} numbers; it needs ${n} in each.` };
  }
  const wrong = rows.flat().find((word) => !(Math.abs(Number(word)) <= 1e6));
  if (wrong !== undefined) return { complaint: `"${wrong}" is not a number between -1000000 and 1000000.` };
  const entries = rows.map((row) => row.map(Number));
  return entries.flat().some(Boolean) ? { entries } : { complaint: "All entries are 0, so nothing pulls at X." };
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
  const parts = Object.keys(DEFAULTS)
    .filter((key) => tidied[key] !== usual[key])
    .map((key) => `${key}=${key === "entries" ? tidied.entries.map((row) => row.join(",")).join(";") : tidied[key]}`);
  return parts.join("&");
}
