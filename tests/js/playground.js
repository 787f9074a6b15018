/** What the tests of the playground share: the scripts under test, and the package's word. */

import { readFileSync } from "node:fs";

/** Where the scripts are; a mutated copy of them when their tests are themselves tested. */
const folder = process.env.PLAYGROUND ?? new URL("../../docs/assets/playground", import.meta.url);

export const core = await import(`${folder}/core.js`);
export const torchrng = await import(`${folder}/torchrng.js`);

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
export const { runs, streams } = read("fixtures/playground.json");
export const losses2020 = read("../../gdinverse/losses_2020.json");

/** The state, the problem, the measured run and the prediction of a query. */
export function tried(query, steps = 20_000) {
  const { state, complaints } = core.readState(query);
  const problem = core.problem(state);
  const settings = { ...state, steps };
  const measured = core.simulate(problem, settings);
  const predicted = core.predict(problem, settings);
  return { state, complaints, problem, settings, measured, predicted };
}

const STEPS = 1000; // as long as the package's runs
export const played = runs.map((run) => ({ run, ...tried(run.query, STEPS) }));

/** |a − b| relative to b, and 0 for equal numbers, infinite ones too. */
export const apart = (a, b) => (a === b ? 0 : Math.abs(a - b) / Math.abs(b));

/** The largest of apart(a[i], b[i]); NaN where the lengths differ, so that no comparison passes. */
export function farthest(a, b) {
  return a.length === b.length ? Math.max(...Array.from(a, (entry, i) => apart(entry, b[i]))) : NaN;
}
