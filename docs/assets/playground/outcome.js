/** How a curve is taken down, and what is said of it at the end. */

import { floorOf } from "./problem.js";
import { count } from "./words.js";

export const DIGITS = 1e-6;
const BEYOND = 2 ** 104; // 1/ε²: the package's loop gives a loss up that has grown so much

/** Whether a loss has grown, from the guess's, beyond what float64 can undo. */
export const isBeyond = (loss, opening) => !(loss <= opening * BEYOND);

/** A record of at most `steps` steps: add(error, loss) says whether to stop. */
export function closing(problem, steps) {
  const errors = new Float64Array(steps + 1);
  const losses = new Float64Array(steps + 1);
  let length = 0;
  let first = -1;
  let diverged = false;
  return {
    add(error, loss) {
      errors[length] = error;
      losses[length] = loss;
      if (first < 0 && error < DIGITS) first = length;
      length += 1;
      diverged = isBeyond(loss, losses[0]);
      return diverged;
    },
    close() {
      const outcome = diverged ? "diverged" : ending(problem, first, losses[length - 1]);
      return {
        error: errors.subarray(0, length),
        loss: losses.subarray(0, length),
        first,
        outcome,
      };
    },
  };
}

function ending(problem, first, loss) {
  if (problem.singular) return "singular";
  if (first >= 0) return "converged";
  return loss <= floorOf(problem).loss[1] ? "floor" : "slow";
}

/** What a title says of a run: "865 steps", "diverges" or "not in 20,000 steps". */
export function verdict({ outcome, first }, steps) {
  if (first >= 0) return `${count(first)} steps`;
  return outcome === "diverged" ? "diverges" : `not in ${count(steps)} steps`;
}
