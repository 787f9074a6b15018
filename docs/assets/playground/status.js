// What the numbers say, in one sentence and a half.
import { MOST } from "./curve.js";
import { verdict } from "./outcome.js";
import { limit, rate, stepsPerTen } from "./theory.js";
import { count, short } from "./words.js";

/** [claim, detail]; without a measured run, as while a reader drags, what the prediction says. */
export function statusOf(problem, { lr, momentum, rung }, predicted, measured) {
  const { outcome, first } = measured ?? predicted;
  const speed = rate(problem.curvature, lr, momentum, rung)?.worst;
  const detail = [];
  let claim = `${predicted ? `Predicted: ${verdict(predicted, MOST)}. ` : ""}Measured: ${measured ? `${verdict(measured, MOST)}.` : "…"}`;
  if (outcome === "diverged") {
    claim = speed
      ? `It diverges: each step multiplies the error by ${short(speed, 4)}.`
      : "It diverges: a step squares what is wrong.";
    if (!speed) detail.push("From the scaled transpose it converges.");
  } else if (problem.singular) {
    claim = `There is no inverse: the loss comes down to ${short(problem.floorLoss, 4)} and stays.`;
    detail.push(problem.complaint);
  } else if (first >= 0) detail.push("Then the error is below one millionth.");
  if (speed < 1) {
    const kept = speed > 0.9999 ? `all but ${short(1 - speed, 2)}` : short(speed, 4);
    detail.push(
      `The slowest mode keeps ${kept} of its error at each step, and needs ${short(stepsPerTen(speed), 4)} steps per digit.`,
    );
  }
  if (speed)
    detail.push(
      `The edge is at learning rate ${short(limit(problem.curvature, momentum, rung), 4)}.`,
    );
  return [claim, detail.join(" ")];
}

/** Where a run stands at one step; what its loss alone proves, where that is something. */
export function standing({ k, loss, error, problem }) {
  const bound = problem.n * Math.sqrt(loss);
  const proven =
    bound < 1 && !problem.singular ? `; the loss alone proves at most ${short(bound)}` : "";
  return `Step ${count(k)}. Loss ${short(loss)}, relative error ${short(error)}${proven}.`;
}
