/** The matrix and the guess of a state, and the modes of its error. */

import { corrected, dot, eye, leftSingular, norm, rowsOf, square, transpose } from "./linear.js";
import { rand } from "./torchrng.js";

const UNIT = 2 ** -53;
const SEED_2020 = 314;
// The package takes singular values below this share of the largest for zero.
const SINGULAR = 1e-15;

const MATRICES = {
  random2020: () => rand(SEED_2020, 16),
  diagonal: () => eye(4).map((one, at) => one * (1 + (at % 4))),
  seed: ({ seed, n }) => rand(seed, n * n),
  hilbert: ({ n }) => eye(n).map((_, at) => 1 / (1 + (at % n) + Math.floor(at / n))),
  singular: () => Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
  given: ({ entries }) => Float64Array.from(entries.flat()),
};

const GUESSES = {
  self: (M) => M.slice(),
  zeros: (M) => M.map(() => 0),
  rand: (M) => rand(SEED_2020, M.length),
  transpose: (M, n) => {
    const turned = transpose(M, n);
    const size = widest(M, n) * widest(turned, n);
    return turned.map((entry) => entry / size);
  },
};

/** ‖M‖_∞, the largest sum of a row's absolute values. */
const widest = (M, n) =>
  Math.max(...rowsOf(M.map(Math.abs), n).map((row) => row.reduce((a, b) => a + b)));

/**
 * Everything that is known before the first step.
 *
 * Per mode i, largest curvature first: U[i], sigma[i], curvature[i] (0 where M is singular), and
 * weight[i], the squared error of the guess. answer is the inverse, or the pseudo-inverse where
 * there is none. scale is the guess's multiple of Mᵀ, undefined where it is no multiple.
 */
export function problem(state) {
  const M = MATRICES[state.matrix](state);
  const n = Math.sqrt(M.length);
  const X0 = GUESSES[state.guess](M, n);
  const { U, sigma, rows } = leftSingular(M, n);
  const curvature = sigma.map((s) => (s > SINGULAR * sigma[0] ? (2 * s * s) / (n * n) : 0));
  const missing = curvature.filter((h) => h === 0).length;
  const made = {
    M,
    X0,
    n,
    U,
    sigma,
    curvature,
    singular: missing > 0,
    floorLoss: missing / (n * n),
  };
  made.images = rows.map((row, i) =>
    row.map((entry) => (curvature[i] ? entry / sigma[i] ** 2 : 0)),
  );
  made.answer = answer(made);
  made.answerNorm = norm(made.answer);
  made.inverse = missing ? null : made.answer;
  // Of a mode that M hides, the rounding of the guess is no error: no step would ever mend it.
  const rounding = (i) => (curvature[i] ? 0 : 8 * UNIT * made.answerNorm);
  made.weight = modeErrors(made, X0).map((size, i) => (size > rounding(i) ? size * size : 0));
  made.scale = multiple(X0, transpose(M, n));
  made.complaint = missing
    ? "This matrix is singular, so it has no inverse. The loss cannot fall below " +
      `${made.floorLoss.toPrecision(3)}, and the error is the distance to the pseudo-inverse.`
    : "";
  return made;
}

/** M⁺ = Σ (v_i/σ_i) u_iᵀ, and where that is the inverse, its last digits too. */
function answer({ M, U, images, n, singular }) {
  const sum = (at) =>
    images.reduce((total, image, i) => total + image[Math.floor(at / n)] * U[i][at % n], 0);
  const X = M.map((_, at) => sum(at));
  return singular ? X : corrected(corrected(X, M, n), M, n);
}

/** The size of X's error in each mode: ‖X u_i − v_i/σ_i‖, with v_i = 0 for what M hides. */
export function modeErrors({ U, images, n }, X) {
  return Float64Array.from(U, (u, i) =>
    norm(rowsOf(X, n).map((row, j) => dot(row, u) - images[i][j])),
  );
}

/** The number a with X = a Y, where there is one. */
function multiple(X, Y) {
  const scale = dot(X, Y) / square(Y);
  const off = X.some(
    (entry, at) => Math.abs(entry - scale * Y[at]) > 1e-8 + 1e-5 * Math.abs(entry),
  );
  return off ? undefined : scale;
}

/**
 * Where rounding stops a run, {error: [low, high], loss: [low, high]}: around κ ε/2, and around
 * the rounding of X M. Nineteen of twenty runs end in the band; slow ones end high in it.
 */
export function floorOf({ M, n, sigma, curvature, answerNorm }) {
  const error = UNIT * (sigma[0] / Math.min(...sigma.filter((_, i) => curvature[i])));
  const loss = ((UNIT * norm(M) * answerNorm) / n) ** 2;
  return { error: [error / 32, error * 8], loss: [loss / 100, loss * 100] };
}
