import assert from "node:assert/strict";
import { test } from "node:test";

import { streams, torchrng } from "./playground.js";

const ends = (draws) => [...draws.slice(0, 4), ...draws.slice(-4)];

test("the uniform stream is torch's to the bit, for every kind of seed", () => {
  assert.ok(streams.length >= 8);
  for (const { seed, draws, float32, float64 } of streams) {
    assert.deepEqual(ends(torchrng.rand(BigInt(seed), draws)), float32, `float32, seed ${seed}`);
    assert.deepEqual(
      ends(torchrng.randDouble(BigInt(seed), draws)),
      float64,
      `float64, seed ${seed}`,
    );
  }
});

test("a seed is a number or a big integer", () => {
  assert.deepEqual(torchrng.rand(-7, 3), torchrng.rand(-7n, 3));
});

test("numbers lie in [0, 1) and differ from each other", () => {
  const draws = torchrng.randDouble(5, 2000);
  assert.ok(draws.every((x) => x >= 0 && x < 1));
  assert.equal(new Set(draws).size, 2000);
});
