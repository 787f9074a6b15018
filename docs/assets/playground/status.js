// What the numbers say, in one sentence and a half.
import { limit, rate, stepsPerTen } from "./core.js";
import { MOST } from "./curve.js";
import { count, short } from "./words.js";

/** {claim, detail, failed}; without a measured run, as while a reader drags, the prediction's. */
export function statusOf(problem, state, predicted, measured) {
  const last = measured ?? predicted;
  const failed = last.outcome === "diverged";
  const claim = failed ? diverging(problem, state) : claimOf(problem, predicted, measured);
  return { claim, detail: detailOf(problem, state, last), failed };
}

function diverging(problem, state) {
  const speed = rate(problem.curvature, state.lr, state.momentum, state.rung);
  return speed
    ? `It diverges: each step multiplies the error by ${short(speed.worst, 4)}.`
    : "It diverges: each step squares what is wrong, and from this guess that is above 1.";
}

function claimOf(problem, predicted, measured) {
  if (problem.singular) {
    return `No inverse exists: the loss comes down to ${short(problem.floorLoss, 4)} and stays.`;
  }
  const parts = [];
  if (predicted) parts.push(`Predicted: ${steps(predicted)}.`);
  parts.push(measured ? `Measured: ${steps(measured)}.` : predicted ? "Measuring …" : "");
  return parts.join(" ");
}

const steps = ({ first }) => (first < 0 ? `not in ${count(MOST)} steps` : `${count(first)} steps`);

function detailOf(problem, state, last) {
  const { curvature } = problem;
  const parts = [];
  if (problem.singular) {
    parts.push(`That is what the ${problem.n} × ${problem.n} matrix cannot reach. The error is the distance to the pseudo-inverse.`);
  } else if (last.first >= 0) parts.push("So many steps until the relative error is below one millionth.");
  const speed = rate(curvature, state.lr, state.momentum, state.rung);
  if (speed && speed.worst < 1) {
    const kept = speed.worst > 0.9999 ? `all but ${short(1 - speed.worst, 2)}` : short(speed.worst, 4);
    parts.push(`The slowest mode keeps ${kept} of its error at each step: ${short(stepsPerTen(speed.worst), 4)} steps per factor of ten.`);
  }
  const edge = limit(curvature, state.momentum, state.rung);
  if (edge) parts.push(`The edge is at learning rate ${short(edge, 4)}.`);
  if (last.outcome === "diverged" && !speed) parts.push("From its own transpose, scaled, it converges.");
  return parts.join(" ");
}

/** Where a run stands at one step; what its loss alone proves, where that is something. */
export function standing({ k, loss, error, problem }) {
  const bound = problem.n * Math.sqrt(loss);
  const proven = !problem.singular && bound < 1 ? `; the loss alone proves at most ${short(bound)}` : "";
  return `Step ${count(k)}. Loss ${short(loss)}, relative error ${short(error)}${proven}.`;
}
