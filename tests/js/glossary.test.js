import assert from "node:assert/strict";
import { test } from "node:test";

import { place } from "../../docs/assets/js/glossary.js";

const SIZE = { width: 200, height: 40 };

test("a line stands above its term, at its left edge", () => {
  assert.deepEqual(place({ left: 50, top: 300, bottom: 320 }, SIZE, 800), { left: 50, top: 254 });
});

test("a line stands below a term at the top of the window", () => {
  assert.equal(place({ left: 50, top: 45, bottom: 65 }, SIZE, 800).top, 71);
});

test("a line stays inside the window", () => {
  assert.equal(place({ left: 700, top: 300, bottom: 320 }, SIZE, 800).left, 594);
  assert.equal(place({ left: 100, top: 300, bottom: 320 }, SIZE, 200).left, 6);
});
