/**
 * Time the playground's mathematics, without a view:
 *
 *     node benchmarks/playground_core.js
 *
 * A drag on the map has 16 ms for each picture, of which the prediction may take a fraction.
 */

import { performance } from "node:perf_hooks";

import * as core from "../docs/assets/playground/core.js";

const RUNS = 41;
const pixels = (count, last) => Float64Array.from({ length: count }, (_, i) => (last * i) / count);
const TASKS = {
  problem: ({ state }) => core.problem(state),
  "prediction, as long as it takes": ({ problem, state }) =>
    core.predict(problem, { ...state, steps: 20_000 }),
  "prediction of 20,000 steps": ({ problem, state }) =>
    core.predict(problem, { ...state, lr: 1e-3, steps: 20_000 }),
  "run of 10,000 steps": ({ problem, state }) =>
    core.simulate(problem, { ...state, steps: 10_000 }),
  "map of 240 by 180": ({ problem, limit }) =>
    core.rateMap(problem, { lrs: pixels(240, limit), momenta: pixels(180, 1), rung: "momentum" }),
};

/** The median and the slowest of nine in ten, in ms, after the engine has warmed up. */
function timed(task, given) {
  const times = Array.from({ length: 2 * RUNS }, () => {
    const begin = performance.now();
    task(given);
    return performance.now() - begin;
  }).slice(RUNS);
  times.sort((a, b) => a - b);
  return [times[RUNS >> 1], times[Math.floor(RUNS * 0.9)]];
}

console.log(`node ${process.version}; median and 90th percentile of ${RUNS}, in ms`);
for (const n of [2, 4, 8]) {
  const { state } = core.readState(`matrix=seed&seed=70&n=${n}`);
  const problem = core.problem(state);
  const limit = core.limit(problem.curvature, 0.95, "momentum");
  console.log(`\nn = ${n}`);
  for (const [name, task] of Object.entries(TASKS)) {
    const [median, slow] = timed(task, { state, problem, limit });
    console.log(`${name.padEnd(34)}${median.toFixed(2).padStart(8)}${slow.toFixed(2).padStart(8)}`);
  }
}
