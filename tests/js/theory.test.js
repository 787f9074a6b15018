import assert from "node:assert/strict";
import { test } from "node:test";

import { apart, core, farthest, played, tried } from "./playground.js";

const descents = played.filter(({ state }) => core.hasMap(state.rung));

test("rates, limits and the best pair are the package's", () => {
  for (const { run, state, problem } of descents) {
    const seen = problem.curvature.filter(Boolean).length;
    const { curvature } = problem;
    assert.ok(farthest(curvature.slice(0, seen), run.curvature.slice(0, seen)) < 1e-12, run.query);
    const rate = core.rate(curvature, state.lr, state.momentum, state.rung);
    // A double root turns the last digits of a curvature into half of them.
    assert.ok(farthest(rate.modes.slice(0, seen), run.rate.slice(0, seen)) < 1e-7, run.query);
    assert.equal(rate.worst, Math.max(...rate.modes.slice(0, seen)));
    assert.ok(apart(core.limit(curvature, state.momentum, state.rung), run.limit) < 1e-12);
    if (state.rung === "momentum") {
      const best = core.best(curvature, state.rung);
      assert.ok(farthest(Object.values(best), Object.values(run.best)) < 1e-10, run.query);
    }
  }
});

test("at the limit the worst rate is 1, and no pair near the best has a better rate", () => {
  for (const { state, problem } of descents) {
    const { curvature } = problem;
    const worst = (lr, momentum) => core.rate(curvature, lr, momentum, state.rung).worst;
    const limit = core.limit(curvature, state.momentum, state.rung);
    assert.ok(Math.abs(worst(limit, state.momentum) - 1) < 1e-9);
    assert.ok(worst(limit * 1.001, state.momentum) > 1);
    const best = core.best(curvature, state.rung);
    assert.ok(Math.abs(worst(best.lr, best.momentum) - best.rate) < 1e-6);
    for (const turn of Array.from({ length: 16 }, (_, k) => (k * Math.PI) / 8)) {
      const [lr, momentum] = [
        best.lr * (1 + 0.02 * Math.cos(turn)),
        best.momentum * (1 + 0.02 * Math.sin(turn)),
      ];
      assert.ok(worst(lr, momentum) > best.rate - 1e-9, `${state.rung} ${lr} ${momentum}`);
    }
  }
});

test("the map shows the steps per factor of ten of the slowest of all modes", () => {
  const [lrs, momenta] = [
    [0.05, 0.4, 0.9, 1.7, 3, 6.8, 7.3],
    [0, 0.3, 0.81, 0.9, 0.99],
  ];
  for (const rung of ["momentum", "nesterov"]) {
    const { problem } = tried("matrix=seed&seed=70&n=8", 0);
    const map = core.rateMap(problem, { lrs, momenta, rung });
    const expected = momenta.flatMap((momentum) =>
      lrs.map((lr) => core.stepsPerTen(core.rate(problem.curvature, lr, momentum, rung).worst)),
    );
    assert.deepEqual([...map], expected);
    assert.ok(expected.some(Number.isNaN) && expected.some((steps) => steps > 10 && steps < 1000));
  }
  assert.ok(Math.abs(core.stepsPerTen(0.984079) - 143.47) < 0.01);
  assert.deepEqual([1.1, 1, 0].map(core.stepsPerTen), [NaN, Infinity, 0]);
});

test("what is left of each mode is what the run has left there", () => {
  for (const query of [
    "",
    "rung=nesterov&matrix=seed&n=5",
    "rung=cg&guess=zeros",
    "rung=relative",
  ]) {
    const { state, problem } = tried(query, 0);
    const opening = core.modeErrors(problem, problem.X0);
    for (const k of [0, 1, 3]) {
      const { X } = tried(query, k).measured;
      const left = core.modeErrors(problem, X).map((size, i) => size / opening[i]);
      const told = core.modesAt(problem, state, k);
      left.forEach((share, i) =>
        assert.ok(Math.abs(share - told[i]) < 1e-9, `${query} ${k}: ${share} ${told[i]}`),
      );
    }
  }
});

test("rungs without a learning rate have no map", () => {
  const { curvature } = tried("", 0).problem;
  for (const rung of ["cg", "relative"]) {
    assert.equal(core.hasMap(rung), false);
    for (const of of [
      core.rate(curvature, 1, 0, rung),
      core.limit(curvature, 0, rung),
      core.best(curvature, rung),
    ]) {
      assert.equal(of, null);
    }
  }
});

test("nineteen of twenty runs end on the band that is drawn as their floor", () => {
  const ends = [];
  for (let seed = 0; seed < 60; seed++) {
    const query = `matrix=seed&seed=${seed}&n=${2 + (seed % 5)}&guess=zeros`;
    const { problem, state } = tried(query, 0);
    const momentum = [0.8, 0.9, 0.95][seed % 3];
    const lr = 0.5 * core.limit(problem.curvature, momentum, "momentum");
    const { worst } = core.rate(problem.curvature, lr, momentum, "momentum");
    const steps = Math.ceil(18 * core.stepsPerTen(worst)); // below all rounding in exact arithmetic
    if (steps > 10_000) continue;
    const { error } = core.simulate(problem, { ...state, lr, momentum, steps });
    ends.push({ end: error.at(-1), band: core.floorOf(problem).error });
  }
  assert.ok(ends.length >= 45);
  const inside = ends.filter(({ end, band: [low, high] }) => end >= low && end <= high);
  assert.ok(inside.length >= 0.95 * ends.length, `${inside.length} of ${ends.length}`);
  assert.ok(ends.every(({ band: [low, high] }) => high / low <= 256));
});
