/**
 * The mathematics of the playground, without a view: float64, as in the package.
 *
 * A state, {matrix, seed, n, entries, guess, lr, momentum, rung}, makes a problem. A run of it is
 * simulated step by step, and predicted from its modes.
 */

export { hasMap, best, limit, modesAt, predict, rate, rateMap, stepsPerTen } from "./theory.js";
export { floorOf, modeErrors, problem } from "./problem.js";
export { verdict } from "./outcome.js";
export { python } from "./python.js";
export { simulate, start, step } from "./run.js";
export { guessFor, parseEntries, readState, tidy, writeState } from "./state.js";
