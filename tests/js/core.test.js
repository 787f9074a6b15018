import assert from "node:assert/strict";
import { test } from "node:test";

import { apart, core, losses2020, played, runs, tried } from "./playground.js";

const EPS = 2 ** -52;

/** Where rounding stops: the scale of the error, and that of the loss. */
function floors({ M, answerNorm, n, sigma, curvature }) {
  const smallest = Math.min(...sigma.filter((_, i) => curvature[i]));
  return {
    error: (EPS * sigma[0]) / smallest,
    loss: ((EPS * Math.hypot(...M) * answerNorm) / n) ** 2,
  };
}

/** Ten digits above a loss of 1e-6; below, square roots, with room for rounding at the floor. */
function sameLoss(a, b, floor) {
  if (b > 1e-6) return apart(a, b) <= 1e-10;
  return Math.abs(Math.sqrt(a) - Math.sqrt(b)) <= 1e-9 * Math.sqrt(b) + 50 * Math.sqrt(floor);
}

function compareCurves({ run, state, problem }, curve, told) {
  const floor = floors(problem);
  const shown = told.step.filter((k) => k < curve.loss.length);
  assert.ok(shown.length >= Math.min(3, told.step.length), `${run.query}: ${shown.length} steps`);
  shown.forEach((k, i) => {
    const said = `${run.query}, step ${k}`;
    const [a, b] = [curve.loss[k], told.loss[i]];
    if (state.rung === "cg" && k >= problem.curvature.filter(Boolean).length) {
      // With as many steps as modes nothing is left but the rounding of the steps before.
      assert.ok(Math.max(a, b) - problem.floorLoss < 1e-9 * told.loss[0], `${said}: ${a}, ${b}`);
      return;
    }
    assert.ok(sameLoss(a, b, floor.loss), `${said}: loss ${a}, ${b}`);
    const off = Math.abs(curve.error[k] - told.error[i]);
    assert.ok(off <= 1e-9 * told.error[i] + 50 * floor.error, `${said}: error off by ${off}`);
  });
}

test("the fixtures hold what they should", () => {
  assert.ok(runs.length >= 72);
  const kinds = (key) => new Set(played.map(({ state }) => state[key]));
  assert.deepEqual([...kinds("rung")].sort(), ["cg", "momentum", "nesterov", "relative"]);
  assert.deepEqual([...kinds("matrix")].sort(), [
    "diagonal",
    "given",
    "hilbert",
    "random2020",
    "seed",
    "singular",
  ]);
  assert.deepEqual([...kinds("guess")].sort(), ["rand", "self", "transpose", "zeros"]);
  assert.deepEqual(
    played.flatMap(({ complaints }) => complaints),
    [],
  );
});

test("matrices are the package's to the bit, and answers to the last digits", () => {
  for (const { run, problem } of played) {
    assert.deepEqual([...problem.M], run.M, run.query);
    const off = Math.hypot(...problem.answer.map((x, i) => x - run.answer[i])) / problem.answerNorm;
    assert.ok(off < 4 * EPS, `${run.query}: ${off}`);
  }
});

test("measured runs are the package's", () => {
  for (const entry of played) {
    compareCurves(entry, entry.measured, entry.run.measured);
    assert.equal(entry.measured.first, entry.run.first, entry.run.query);
  }
});

test("predictions are the package's", () => {
  const told = played.filter(({ run }) => run.predicted);
  assert.ok(told.length >= 70);
  for (const entry of told) compareCurves(entry, entry.predicted, entry.run.predicted);
});

test("a run takes the predicted number of steps", () => {
  let counted = 0;
  for (const { run, predicted, measured } of played) {
    if (!predicted) continue;
    assert.equal(predicted.first, measured.first, run.query);
    counted += measured.first >= 0;
  }
  assert.ok(counted >= 55, `${counted} runs arrive`);
});

test("what diverges in the package diverges here, measured and predicted", () => {
  assert.ok(runs.filter(({ status }) => status === "diverged").length >= 8);
  for (const { run, measured, predicted } of played) {
    assert.equal(measured.outcome === "diverged", run.status === "diverged", run.query);
    if (run.diverged_at) assert.equal(measured.loss.length - 1, run.diverged_at, run.query);
    if (predicted) assert.equal(predicted.outcome, measured.outcome, run.query);
  }
});

test("the matrices of 2020 have the losses of 2020", () => {
  for (const [name, matrix] of [
    ["random", "random2020"],
    ["diagonal", "diagonal"],
  ]) {
    const { measured } = tried(`matrix=${matrix}&guess=rand`, 200);
    const { steps, loss } = losses2020[`inverse/${name}`];
    const early = steps.filter((k) => k <= 200);
    assert.ok(early.length > 100);
    early.forEach((k, i) =>
      assert.ok(Math.abs(Math.sqrt(measured.loss[k]) - Math.sqrt(loss[i])) < 2e-6),
    );
  }
});

test("conjugate gradients say which learning rates they took", () => {
  const { measured, problem } = tried("rung=cg&guess=zeros", 100);
  const { curvature } = problem;
  assert.equal(measured.first, 4);
  measured.lrs.slice(0, 4).forEach((lr, i) => {
    assert.ok(
      lr > 0.5 / curvature[i] && lr < 1.5 / curvature[i],
      `${lr}, 1/h = ${1 / curvature[i]}`,
    );
  });
});

test("the relative gradient converges from the scaled transpose, and not from the matrix", () => {
  assert.equal(core.verdict(tried("rung=relative", 100).measured, 20_000), "13 steps");
  const { measured, predicted } = tried("rung=relative&guess=self", 100);
  assert.equal(core.verdict(measured, 20_000), "diverges");
  assert.equal(predicted, null);
  assert.equal(
    core.modesAt(tried("rung=relative&guess=self", 0).problem, { rung: "relative" }, 3),
    null,
  );
});

test("a singular matrix is said to be one, and the error is that to its pseudo-inverse", () => {
  const { problem, measured, predicted } = tried("matrix=singular&guess=zeros&lr=0.05", 2000);
  assert.equal(problem.inverse, null);
  assert.match(problem.complaint, /singular.*0\.111.*pseudo-inverse/);
  assert.equal(measured.outcome, "singular");
  assert.ok(measured.first > 0 && measured.first === predicted.first);
  assert.ok(Math.abs(measured.loss.at(-1) - 1 / 9) < 1e-12);
  const ones = tried("matrix=given&entries=1,1;1,1&guess=zeros&lr=0.5", 0);
  assert.ok(ones.problem.answer.every((entry) => Math.abs(entry - 0.25) < 1e-15));
  assert.equal(tried("lr=0.9&guess=zeros", 10).problem.complaint, "");
});

test("a prediction ends where nothing but rounding is left, on a singular matrix too", () => {
  const { predicted, measured } = tried("matrix=singular&rung=relative", 1000);
  assert.equal(predicted.first, measured.first);
  assert.ok(predicted.error.length < 20, `${predicted.error.length} steps`);
});

test("a matrix within rounding of a singular one counts as singular, as in the package", () => {
  const gap = (size) => tried(`matrix=given&entries=1,1;1,${1 + size}`, 0).problem.singular;
  assert.deepEqual([2 ** -46, 2 ** -50].map(gap), [false, true]);
});

test("a hard matrix is inverted to the last digit all the same", () => {
  const { problem, measured, predicted } = tried("matrix=hilbert&n=8&rung=relative", 100);
  assert.equal(problem.answer[63].toPrecision(15), "176679359.007597"); // by gd.inv, proven
  assert.equal(measured.first, predicted.first);
  assert.equal(tried("matrix=hilbert&n=8", 1000).measured.outcome, "slow");
});

test("a step at a time is the whole run", () => {
  const { problem, settings, measured } = tried("matrix=seed&seed=5&n=6&rung=nesterov", 40);
  const run = core.start(problem, settings);
  for (let k = 0; k <= 40; k++) {
    assert.equal(run.k, k);
    assert.equal(run.error, measured.error[k]);
    assert.equal(run.loss, measured.loss[k]);
    core.step(run);
  }
  const spent = core.start(tried("rung=cg", 0).problem, { rung: "cg" });
  for (let k = 0; k < 20; k++) core.step(spent);
  assert.ok(spent.over && spent.k < 20 && !core.step(spent));
  assert.ok(spent.XM.every((entry, at) => Math.abs(entry - (at % 5 ? 0 : 1)) < 1e-13));
});
