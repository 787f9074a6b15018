/**
 * What theory predicts before a run: each mode of the error evolves alone. With α = lr, β =
 * momentum and the curvature h of a mode, in torch's convention,
 *
 *     momentum   e⁺ = (1 + β − αh) e − β e⁻
 *     Nesterov   e⁺ = (1 + β)(1 − αh) e − β (1 − αh) e⁻
 */

import { DIGITS, closing } from "./outcome.js";

// Where a predicted curve ends: far below what any run in float64 reaches, and for conjugate
// gradients where their own recursion is down to its rounding.
const DONE = { momentum: 1e-18, nesterov: 1e-18, cg: 1e-15, relative: 1e-18 };
const CG_STEPS = 1000;

function coefficients(stretch, momentum, rung) {
  const shrink = rung === "nesterov" ? 1 - stretch : 1;
  return [
    rung === "nesterov" ? (1 + momentum) * shrink : 1 + momentum - stretch,
    momentum * shrink,
  ];
}

/** The factor by which a mode shrinks per step: the larger root of t² − forward t + back. */
function modeRate(stretch, momentum, rung) {
  const [forward, back] = coefficients(stretch, momentum, rung);
  const half = Math.abs(forward) / 2;
  const discriminant = half * half - back;
  return discriminant >= 0 ? half + Math.sqrt(discriminant) : Math.sqrt(back);
}

/** {modes, worst}: the rate of each mode, and of the slowest that moves; null without a rate. */
export function rate(curvature, lr, momentum, rung) {
  if (!hasMap(rung)) return null;
  const modes = Float64Array.from(curvature, (h) => modeRate(lr * h, momentum, rung));
  return { modes, worst: Math.max(...modes.filter((_, i) => curvature[i] > 0)) };
}

/** Whether a rung has an lr and a momentum to choose. */
export const hasMap = (rung) => rung === "momentum" || rung === "nesterov";

/** The lr above which the stiffest mode grows; null for a rung that has no lr. */
export function limit(curvature, momentum, rung) {
  if (!hasMap(rung)) return null;
  const edge = (2 * (1 + momentum)) / Math.max(...curvature);
  return rung === "nesterov" ? edge / (1 + 2 * momentum) : edge;
}

/**
 * {lr, momentum, rate} that make the slowest mode as fast as it can be; null without an lr.
 * Polyak (1964), §2; for Nesterov's form Lessard, Recht & Packard (2016), table 1.
 */
export function best(curvature, rung) {
  if (!hasMap(rung)) return null;
  const [high, low] = extremes(curvature);
  if (rung === "nesterov") {
    const root = Math.sqrt((3 * high) / low + 1);
    return { lr: 4 / (3 * high + low), momentum: (root - 2) / (root + 2), rate: 1 - 2 / root };
  }
  const [a, b] = [Math.sqrt(high), Math.sqrt(low)];
  const slope = (a - b) / (a + b);
  return { lr: 4 / (a + b) ** 2, momentum: slope * slope, rate: slope };
}

function extremes(curvature) {
  const seen = curvature.filter((h) => h > 0);
  return [Math.max(...seen), Math.min(...seen)];
}

/** Steps for each factor of ten: NaN where the rate grows, Infinity where nothing moves. */
export function stepsPerTen(factor) {
  return factor > 1 ? NaN : Math.LN10 / Math.log(1 / factor);
}

/**
 * Steps per factor of ten for all pairs, one row per momentum. A rate first falls and then rises
 * with the curvature, so that the two extreme modes decide.
 */
export function rateMap({ curvature }, { lrs, momenta, rung }) {
  const [high, low] = extremes(curvature);
  const map = new Float64Array(lrs.length * momenta.length);
  let at = 0;
  for (const momentum of momenta) {
    for (const lr of lrs) {
      const worst = Math.max(
        modeRate(lr * high, momentum, rung),
        modeRate(lr * low, momentum, rung),
      );
      map[at++] = stepsPerTen(worst);
    }
  }
  return map;
}

/** A function that says what is left of each mode's error after 0, 1, 2, … steps, in one array. */
function factors(problem, settings) {
  if (settings.rung === "cg") return conjugateFactors(problem);
  return settings.rung === "relative"
    ? relativeFactors(problem)
    : descentFactors(problem, settings);
}

function descentFactors({ curvature }, { rung, lr, momentum }) {
  const pairs = Array.from(curvature, (h) => coefficients(lr * h, momentum, rung));
  const [forward, back] = [0, 1].map((i) => Float64Array.from(pairs, (pair) => pair[i]));
  const opening = rung === "nesterov" ? lr * (1 + momentum) : lr;
  const before = curvature.map(() => 1);
  const now = curvature.map(() => 1);
  let k = 0;
  return () => {
    if (k++ === 1) now.forEach((_, i) => (now[i] -= curvature[i] * opening));
    else if (k > 1) {
      for (let i = 0; i < now.length; i++) {
        const next = forward[i] * now[i] - back[i] * before[i];
        before[i] = now[i];
        now[i] = next;
      }
    }
    return now;
  };
}

/** Conjugate gradients on one number per mode (Hestenes & Stiefel, 1952, §5). */
function conjugateFactors({ curvature, weight }) {
  const weighted = (term) => curvature.reduce((sum, h, i) => sum + weight[i] * term(h, i), 0);
  const left = curvature.map(() => 1);
  const R = curvature.map((h) => -h);
  const P = R.slice();
  let size = weighted((_, i) => R[i] ** 2);
  let k = 0;
  return () => {
    if (!k++) return left;
    const along = weighted((h, i) => h * P[i] ** 2);
    const alpha = along > 0 ? size / along : 0;
    for (let i = 0; i < P.length; i++) {
      left[i] += alpha * P[i];
      R[i] -= alpha * curvature[i] * P[i];
    }
    const next = weighted((_, i) => R[i] ** 2);
    for (let i = 0; i < P.length; i++) P[i] = R[i] + (size > 0 ? next / size : 0) * P[i];
    size = next;
    return left;
  };
}

/**
 * The relative gradient squares I − X M (Schulz, 1933). What is done, 1 − left, is followed
 * too, because left alone cannot tell a small start from none.
 */
function relativeFactors({ sigma, curvature, scale }) {
  const done = sigma.map((s, i) => (curvature[i] ? scale * s * s : 0));
  const left = done.map((share) => 1 - share);
  const opening = left.slice();
  let k = 0;
  return () => {
    for (let i = 0; k && i < left.length; i++) {
      done[i] *= 2 - done[i];
      left[i] = done[i] < 0.5 ? 1 - done[i] : left[i] ** 2;
    }
    k++;
    return left.map((now, i) => (opening[i] ? now / opening[i] : 0));
  };
}

/** Whether theory has a curve: for the relative gradient only from a multiple of Mᵀ. */
const silent = (problem, rung) => rung === "relative" && problem.scale === undefined;

/** What is left of each mode's error after k steps, as a share of the guess's; null if unknown. */
export function modesAt(problem, settings, k) {
  if (silent(problem, settings.rung)) return null;
  const next = factors(problem, settings);
  while (k-- > 0) next();
  return next().map(Math.abs);
}

/**
 * The predicted curve, {error, loss, first, outcome}, and what is left of each mode at that first
 * step; null where theory is silent.
 */
export function predict(problem, settings) {
  const { rung } = settings;
  if (silent(problem, rung)) return null;
  const steps = rung === "cg" ? Math.min(settings.steps, CG_STEPS) : settings.steps;
  const { curvature, weight, answerNorm, floorLoss } = problem;
  const record = closing(problem, steps);
  const next = factors(problem, settings);
  let reached;
  for (let k = 0; k <= steps; k++) {
    const left = next();
    let loss = 0;
    let error = 0;
    for (let i = 0; i < left.length; i++) {
      const square = weight[i] * left[i] * left[i];
      loss += 0.5 * curvature[i] * square;
      error += square;
    }
    error = Math.sqrt(error) / answerNorm;
    if (!reached && error < DIGITS) reached = left.map(Math.abs);
    if (record.add(error, floorLoss + loss) || error < DONE[rung]) break;
  }
  return { ...record.close(), left: reached };
}
