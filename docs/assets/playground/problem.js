/** The matrix and the guess of a state, and the modes of its error. */

import { eye, leftSingular, norm, product, square, transpose } from "./linear.js";
import { rand } from "./torchrng.js";

const EPS = 2 ** -52;
const SEED_2020 = 314;
// The package takes singular values below this share of the largest for zero.
const SINGULAR = 1e-15;

const MATRICES = {
  random2020: () => rand(SEED_2020, 16),
  diagonal: () => eye(4).map((one, at) => one * (1 + (at % 4))),
  seed: ({ seed, n }) => rand(seed, n * n),
  hilbert: ({ n }) => Float64Array.from({ length: n * n }, (_, at) => 1 / (1 + (at % n) + Math.floor(at / n))),
  singular: () => Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
  given: ({ entries }) => Float64Array.from(entries.flat()),
};

const GUESSES = {
  self: (M) => M.slice(),
  zeros: (M) => M.map(() => 0),
  rand: (M) => rand(SEED_2020, M.length),
  transpose: (M, n) => transpose(M, n).map((entry) => entry / (rowSum(M, n) * rowSum(transpose(M, n), n))),
};

/** ‖M‖_∞, the largest sum of a row. */
function rowSum(M, n) {
  const sums = Array.from({ length: n }, (_, i) => M.slice(i * n, i * n + n).reduce((s, x) => s + Math.abs(x), 0));
  return Math.max(...sums);
}

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
  const { U, sigma } = leftSingular(M, n);
  const rank = sigma.filter((s) => s > SINGULAR * sigma[0]).length;
  const curvature = sigma.map((s, i) => (i < rank ? (2 * s * s) / (n * n) : 0));
  const answer = pseudoInverse(M, U, sigma, rank, n);
  const made = { M, X0, n, U, sigma, curvature, answer, singular: rank < n };
  made.inverse = made.singular ? null : answer;
  made.answerNorm = norm(answer);
  made.weight = modeErrors(made, X0).map((size) => size * size);
  made.floorLoss = (n - rank) / (n * n);
  made.scale = multiple(X0, transpose(M, n));
  made.complaint = made.singular ? complaint(n - rank, made.floorLoss) : "";
  return made;
}

function complaint(missing, loss) {
  return (
    `This matrix is singular: it maps ${missing === 1 ? "a direction" : `${missing} directions`} to zero, ` +
    `so it has no inverse. The loss cannot fall below ${loss.toPrecision(3)}, and the error shown is the ` +
    "distance to the pseudo-inverse."
  );
}

/** Σ v_i u_iᵀ/σ_i over the modes that M sees; M v_i = σ_i u_i gives v_i = Mᵀ u_i/σ_i. */
function pseudoInverse(M, U, sigma, rank, n) {
  const X = new Float64Array(n * n);
  for (let i = 0; i < rank; i++) {
    const v = right(M, U[i], n);
    for (let at = 0; at < n * n; at++) X[at] += (v[Math.floor(at / n)] * U[i][at % n]) / sigma[i] ** 2;
  }
  return X;
}

/** Mᵀ u. */
function right(M, u, n) {
  const v = new Float64Array(n);
  for (let at = 0; at < n * n; at++) v[at % n] += M[at] * u[Math.floor(at / n)];
  return v;
}

/** How large the error of X is in each mode: ‖X u_i − v_i/σ_i‖, with v_i = 0 for what M hides. */
export function modeErrors({ M, U, sigma, curvature, n }, X) {
  return Float64Array.from(U, (u, i) => {
    const left = curvature[i] ? right(M, u, n).map((entry) => -entry / sigma[i] ** 2) : new Float64Array(n);
    for (let at = 0; at < n * n; at++) left[Math.floor(at / n)] += X[at] * u[at % n];
    return norm(left);
  });
}

/** The number a with X = a Y, where there is one. */
function multiple(X, Y) {
  let along = 0;
  for (let at = 0; at < X.length; at++) along += X[at] * Y[at];
  const scale = along / square(Y);
  const off = X.some((entry, at) => Math.abs(entry - scale * Y[at]) > 1e-8 + 1e-5 * Math.abs(entry));
  return off ? undefined : scale;
}

/** Where rounding stops a run: {error: [low, high], loss: [low, high]}, a band and no line. */
export function floorOf({ M, n, sigma, curvature, answer, answerNorm }) {
  const unit = EPS / 2;
  const seen = sigma.filter((_, i) => curvature[i] > 0);
  const error = unit * (sigma[0] / seen[seen.length - 1]);
  const residual = unit * norm(M) * answerNorm;
  const loss = (residual / n) ** 2;
  return { error: [error / 16, error * 4], loss: [loss / 100, loss * 25] };
}
