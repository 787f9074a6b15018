/** The real loop, one step at a time. */

import { closing, isBeyond } from "./outcome.js";
import { norm, product, productTransposed, square } from "./linear.js";

const EPS = 2 ** -52;
// In so many steps any direction that M can see has grown to full size. Where its singular values
// have already said that M is singular, as the package's loop cannot know, one step is enough.
const UNSEEN = 64;

/**
 * A run at its guess: {k, X, XM, error, loss, over, diverged, lrs}. step(run) moves it on. lrs
 * holds what each step took as learning rate, where the rung computes it.
 */
export function start(problem, { rung, lr, momentum }) {
  const { X0, n } = problem;
  const run = {
    problem,
    k: 0,
    X: X0.slice(),
    XM: new Float64Array(n * n),
    R: new Float64Array(n * n),
  };
  Object.assign(run, { lr, momentum, lrs: [], exhausted: false, diverged: false, over: false });
  measure(run);
  run.opening = run.loss;
  run.advance = RUNGS[rung](run);
  run.over = run.exhausted;
  return run;
}

/** One step, where there is one left to make; whether there was. */
export function step(run) {
  if (run.over) return false;
  run.advance();
  run.k += 1;
  measure(run);
  run.diverged = isBeyond(run.loss, run.opening);
  run.over = run.diverged || run.exhausted;
  return true;
}

/** {error, loss, first, outcome, X, lrs} of at most `steps` steps. */
export function simulate(problem, settings) {
  const run = start(problem, settings);
  const record = closing(problem, settings.steps);
  record.add(run.error, run.loss);
  while (run.k < settings.steps && step(run)) record.add(run.error, run.loss);
  return { ...record.close(), X: run.X, lrs: run.lrs };
}

/** X M, the residual R = X M − I, the loss, and the relative error. */
function measure(run) {
  const { X, XM, R } = run;
  const { M, n, answer, answerNorm } = run.problem;
  product(X, M, XM, n);
  R.set(XM);
  for (let i = 0; i < n; i++) R[i * (n + 1)] -= 1;
  let error = 0;
  for (let at = 0; at < X.length; at++) error += (X[at] - answer[at]) ** 2;
  run.loss = square(R) / (n * n);
  run.error = Math.sqrt(error) / answerNorm;
}

/** Each rung prepares its run and gives the function that moves X. */
const RUNGS = {
  momentum: (run) => descent(run, (_, push) => push),
  nesterov: (run) => descent(run, (gradient, push) => gradient + run.momentum * push),
  cg: conjugate,
  relative,
};

/** torch.optim.SGD: the first push is the gradient itself, and a push is not scaled by lr. */
function descent(run, direction) {
  const { X, R, problem } = run;
  const { M, n } = problem;
  const gradient = new Float64Array(n * n);
  const push = new Float64Array(n * n);
  return () => {
    productTransposed(R, M, gradient, n);
    for (let at = 0; at < X.length; at++) {
      const slope = (2 / (n * n)) * gradient[at];
      push[at] = run.momentum * push[at] + slope;
      X[at] -= run.lr * direction(slope, push[at]);
    }
  };
}

/** Conjugate gradients on the least-squares loss; the residual is recurred, as in the package. */
function conjugate(run) {
  const { X, problem } = run;
  const { M, n } = problem;
  const R = run.R.map((entry) => -entry);
  const S = productTransposed(R, M, new Float64Array(n * n), n);
  const P = S.slice();
  const image = new Float64Array(n * n);
  const size = norm(M);
  let now = square(S);
  const look = () => {
    const left = norm(R);
    run.exhausted ||= Math.sqrt(now) <= 2 * EPS * size * left || left <= EPS * Math.sqrt(n);
  };
  look();
  return () => {
    product(P, M, image, n);
    const below = square(image);
    const alpha = below > 0 ? now / below : 0;
    for (let at = 0; at < X.length; at++) {
      X[at] += alpha * P[at];
      R[at] -= alpha * image[at];
    }
    productTransposed(R, M, S, n);
    const next = square(S);
    for (let at = 0; at < X.length; at++) P[at] = S[at] + (now > 0 ? next / now : 0) * P[at];
    now = next;
    run.lrs.push((alpha * n * n) / 2);
    look();
  };
}

/** X ← X + (I − X M) X, until a direction proves to be one that M cannot see. */
function relative(run) {
  const { X, R, problem } = run;
  const { M, n } = problem;
  const change = new Float64Array(n * n);
  let v = Float64Array.from({ length: n }, (_, i) => Math.cos((i + 1) ** 2));
  let unseen = 0;
  const look = () => {
    const missing = times(R, v, n);
    const length = norm(missing);
    if (length > 0) v = missing.map((entry) => -entry / length);
    const seen = norm(times(M, v, n)) / norm(M);
    unseen = seen <= n * EPS ? unseen + 1 : 0;
    run.exhausted ||= seen <= EPS / 16 || unseen >= (problem.singular ? 1 : UNSEEN);
  };
  return () => {
    product(R, X, change, n);
    look();
    for (let at = 0; at < X.length; at++) X[at] -= change[at];
  };
}

function times(A, x, n) {
  return x.map((_, i) => x.reduce((sum, entry, k) => sum + A[i * n + k] * entry, 0));
}
