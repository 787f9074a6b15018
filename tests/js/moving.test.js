import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { path, redraw, share } from "../../docs/assets/js/moving.js";
import * as hopping from "../../docs/assets/js/moving/hopping.js";
import * as naming from "../../docs/assets/js/moving/naming.js";
import * as rolling from "../../docs/assets/js/moving/rolling.js";
import { bestCubic, count, frame, ranges } from "../../docs/assets/js/moving/touching.js";

const file = new URL("fixtures/moving.json", import.meta.url);
const {
  touching,
  hopping: hops,
  rolling: rolls,
  naming: levels,
} = JSON.parse(readFileSync(file, "utf8"));

const near = (a, b, tolerance = 1e-12) => assert.ok(Math.abs(a - b) <= tolerance, `${a} ${b}`);

test("the best cubic, its error and how many lead to the last digit are the package's", () => {
  assert.ok(touching.length > 5);
  for (const { exponent, cubic, error, count: steps } of touching) {
    const found = bestCubic(10 ** exponent, 1);
    near(found.a, cubic[0]);
    near(found.b, cubic[1]);
    near(found.error, error);
    assert.equal(count(10 ** exponent), steps);
  }
});

test("what is drawn touches the band at the three dots, and leaves it nowhere", () => {
  for (const exponent of [ranges[0].min, -2.2, -1, ranges[0].max]) {
    const {
      traces: [, [xs, ys], [places, touched]],
      bands: [[low, high]],
      said,
    } = frame({ exponent });
    [low, high, low].forEach((end, k) => near(touched[k], end));
    assert.equal(xs[0], places[0]);
    near(xs.at(-1), 1);
    assert.ok(ys.every((y) => y > low - 1e-12 && y < high + 1e-12));
    assert.ok(Math.max(...ys) > high - 1e-3); // the curve does get there
    assert.ok(said.includes(`${((high - low) / 2).toFixed(3)} off`), said);
  }
});

test("the hops are those of the package, and stay in the valley", () => {
  assert.ok(hops.length > 3);
  for (const { lr, points, factor } of hops) {
    const found = hopping.hop(lr);
    near(found.factor, factor);
    points.forEach((x, k) => near(found.points[k], x));
    const { traces, said } = hopping.frame({ lr });
    for (const [xs, ys] of traces.slice(1)) {
      assert.deepEqual(xs, found.points);
      xs.forEach((x, k) => near(ys[k], (2 * x - 1) ** 2));
      assert.ok(Math.max(...ys) <= 1 && Math.max(...xs) <= 1);
    }
    assert.ok(said.includes(`leaves ${factor.toFixed(2).replace("-", "−")} of`), said);
  }
  const [{ min, max, value }] = hopping.ranges;
  assert.ok(hops.some(({ lr }) => lr === min) && hops.some(({ lr }) => lr === max));
  assert.equal(value, 0.1); // as the page has it
});

test("the ball's way and its steps are the package's, and only what is on the map is drawn", () => {
  assert.ok(rolls.length > 4);
  for (const { lr, momentum, points, steps } of rolls) {
    const found = rolling.roll(lr, momentum);
    assert.equal(found.steps, steps);
    assert.equal(found.points.length, 13 * (points.length - 1) + 1);
    points.forEach((point, k) => point.forEach((x, i) => near(found.points[13 * k][i], x)));
    const { traces, said } = rolling.frame({ lr, momentum });
    const [way, [xs, ys], answer] = traces.slice(-3);
    assert.equal(way[0].length, found.points.length);
    assert.ok(xs.every((x) => x >= -0.25 && x <= 1.15) && ys.every((y) => y >= -0.72 && y <= 0.28));
    assert.deepEqual(answer, [[2 / 3], [-1 / 3]]);
    const words = steps < 0 ? "not in 5,000" : steps.toLocaleString("en");
    assert.ok(said.endsWith(`six digits: ${words}.`), said);
  }
  assert.deepEqual(
    [rolls[0].lr, rolls[0].momentum],
    rolling.ranges.map((one) => one.value),
  );
});

test("a ring of the map has one loss", () => {
  const M = [
    [2, 1],
    [1, 2],
  ];
  const losses = ([xs, ys]) =>
    xs.map((x, k) => {
      const r = [0, 1].map((j) => x * M[0][j] + ys[k] * M[1][j] - (j === 0));
      return (r[0] ** 2 + r[1] ** 2) / 4;
    });
  const rings = rolling.frame({ lr: 0.4, momentum: 0 }).traces.slice(0, 8);
  for (const values of rings.map(losses)) values.forEach((one) => near(one, values[0]));
  near(losses(rings[7])[0], 0.4);
});

const FLOOR = [1e-15, 1e-9];

test("a level names how many singular values are zero where the package's descent stopped at it", () => {
  assert.ok(levels.length > 5);
  for (const { n, missing, level } of levels) {
    assert.equal(naming.missing(level, n), missing);
    assert.equal(naming.missing(Number(level.toPrecision(2)), n), missing); // as a reader types it
    assert.equal(naming.missing(1.03 * level, n), 0);
    const said = naming.cause(level, n, FLOOR);
    if (missing === n) assert.match(said, /^is 1\/n, .*zeroed/);
    else assert.match(said, new RegExp(`^is ${missing}/n²: \\w+ of ${n} singular values zero`));
  }
});

test("other levels are between two shares, on the floor of float32, or below it", () => {
  for (const level of [1e-3, 0.09, 2, 1.1e-9])
    assert.match(naming.cause(level, 4, FLOOR), /no share of n: weight decay/);
  for (const level of FLOOR)
    assert.match(naming.cause(level, 4, FLOOR), /where 4×4 matrices end in float32/);
  assert.match(naming.cause(9e-16, 4, FLOOR), /below where 4×4 matrices end in float32/);
});

test("the dot is where n and the level are, and stays there while no number is typed", () => {
  const data = { floor: JSON.stringify(FLOOR) };
  const typed = (n, level) => naming.frame({ n, level }, data);
  assert.deepEqual(typed(4, 0.0625).traces, [[[4], [0.0625]]]);
  assert.match(typed(4, 0.0625).said, /^With 4 rows, 0\.0625 is 1\/n²: one of 4/);
  assert.match(typed(1, 1).said, /^With 1 row, 1 is 1\/n,/);
  for (const level of [Number.NaN, 0, -1]) {
    assert.deepEqual(typed(4, level).traces, []);
    assert.match(typed(4, level).said, /^Type a loss above zero/);
  }
});

const AXES = { xaxis: { range: [0, 2] }, yaxis: { type: "log", range: [-2, 0] } };

test("a value lies on its axis by its share, or by its logarithm's", () => {
  assert.equal(share(AXES.xaxis, 0.5), 0.25);
  assert.equal(share(AXES.yaxis, 0.1), 0.5);
});

test("a curve goes from point to point, and a dot is a line of no length", () => {
  const points = [
    [0, 2],
    [1, 0.1],
  ];
  assert.equal(path(points, AXES, false), "M0 0L4000 2000");
  assert.equal(path(points, AXES, true), "M0 0h0M4000 2000h0");
});

/** As much of an element as is redrawn. */
function part(...attributes) {
  const values = new Map(attributes);
  return {
    hasAttribute: (name) => values.has(name),
    setAttribute: (name, value) => values.set(name, value),
    value: (name) => values.get(name),
  };
}

test("a frame takes the place of the traces and of the bands, in their order", () => {
  const [line, dots, band, grid] = [part(), part(["stroke-linecap", "round"]), part(), part()];
  for (const one of [line, dots]) one.firstElementChild = part();
  const drawing = {
    querySelectorAll: (what) => (what.includes("svg") ? [line, dots] : [band, grid]),
  };
  const traces = [
    [[0], [1]],
    [[2], [1]],
  ];
  redraw(drawing, { traces, bands: [[0.1, 1]] }, AXES);
  assert.equal(line.firstElementChild.value("d"), "M0 0");
  assert.equal(dots.firstElementChild.value("d"), "M4000 0h0");
  assert.deepEqual([band.value("y"), band.value("height")], ["0%", "50%"]);
  assert.equal(grid.value("y"), undefined);
  redraw(drawing, { traces: [[[2], [0.1]]] }, AXES); // what a frame does not name stays
  assert.equal(line.firstElementChild.value("d"), "M4000 2000");
  assert.equal(dots.firstElementChild.value("d"), "M4000 0h0");
});
