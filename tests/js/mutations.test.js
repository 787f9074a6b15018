/** Do the tests of the mathematics see a mistake? Each of these is made in a copy, and must. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SCRIPTS = here("../../docs/assets/playground");
const TESTS = ["core", "state", "theory", "torchrng"].map((name) => here(`${name}.test.js`));

const MUTATIONS = [
  ["an untempered bit of the stream", "torchrng.js", "0x9d2c5680", "0x9d2c5e80"],
  ["a seed that is cut to 31 bits", "torchrng.js", "asUintN(32", "asUintN(31"],
  ["float32 from the high bits", "torchrng.js", "next() & 0xffffff) /", "next() >>> 8) /"],
  [
    "float64 with its halves swapped",
    "torchrng.js",
    "high * 2 ** 32 + next()",
    "next() * 2 ** 21 + high",
  ],
  [
    "a push that is scaled by what is lost",
    "run.js",
    "run.momentum * push[at] + slope",
    "run.momentum * push[at] + (1 - run.momentum) * slope",
  ],
  ["a gradient without its 2", "run.js", "(2 / (n * n))", "(1 / (n * n))"],
  [
    "Nesterov's look ahead from the gradient",
    "run.js",
    "gradient + run.momentum * push",
    "push + run.momentum * gradient",
  ],
  [
    "conjugate directions that start afresh",
    "run.js",
    "now > 0 ? next / now : 0",
    "now > 0 ? now / next : 0",
  ],
  ["learning rates in other units", "run.js", "(alpha * n * n) / 2", "alpha * n * n"],
  ["the relative gradient uphill", "run.js", "X[at] -= change[at]", "X[at] += change[at]"],
  ["a residual against the wrong identity", "run.js", "R[i * (n + 1)] -= 1", "R[i * n] -= 1"],
  [
    "a first step that has a past",
    "theory.js",
    "curvature[i] * opening",
    "curvature[i] * opening * (1 + momentum)",
  ],
  [
    "a recursion with the opposite memory",
    "theory.js",
    "- back[i] * before[i]",
    "+ back[i] * before[i]",
  ],
  [
    "a rate from the wrong root",
    "theory.js",
    "half + Math.sqrt(discriminant)",
    "half - Math.sqrt(discriminant)",
  ],
  ["the edge of another momentum", "theory.js", "2 * (1 + momentum)", "2 * (1 - momentum)"],
  [
    "Nesterov's edge without its share",
    "theory.js",
    "edge / (1 + 2 * momentum)",
    "edge / (1 + momentum)",
  ],
  ["the best momentum, not squared", "theory.js", "momentum: slope * slope", "momentum: slope"],
  ["a map that forgets the slow mode", "theory.js", "modeRate(lr * low", "modeRate(lr * high"],
  [
    "a predicted loss without its half",
    "theory.js",
    "loss += 0.5 * curvature[i]",
    "loss += curvature[i]",
  ],
  [
    "curvature by n instead of its square",
    "problem.js",
    "(2 * s * s) / (n * n)",
    "(2 * s * s) / n",
  ],
  ["Hilbert's matrix shifted by one", "problem.js", "1 / (1 + (at % n)", "1 / (2 + (at % n)"],
  ["a singular value taken for none", "problem.js", "SINGULAR = 1e-15", "SINGULAR = 1e-17"],
  ["an inverse without its last digits", "problem.js", "corrected(corrected(X, M, n), M, n)", "X"],
  ["errors that are looser than they say", "outcome.js", "DIGITS = 1e-6", "DIGITS = 1.02e-6"],
  ["a loss given up too early", "outcome.js", "2 ** 104", "2 ** 10"],
  ["a momentum of 1 let through", "state.js", "x >= 0 && x < 1", "x >= 0 && x <= 1"],
  [
    "a query that forgets the guess",
    "state.js",
    "guess: guessFor(state.rung), n",
    "guess: state.guess, n",
  ],
];

/** How the tests end on scripts in which one string has taken another's place. */
function tested(folder) {
  const environment = { ...process.env, PLAYGROUND: folder };
  delete environment.NODE_TEST_CONTEXT; // else the tests would report to this one's runner
  return new Promise((resolve) => {
    const options = ["--test", "--test-isolation=none", "--test-reporter=tap", ...TESTS];
    execFile(process.execPath, options, { env: environment }, (_, output) => {
      resolve({ failed: Number(/^# fail (\d+)$/m.exec(output)?.[1]), output });
    });
  });
}

async function withCopy(change, check) {
  const folder = mkdtempSync(join(tmpdir(), "playground-"));
  try {
    cpSync(SCRIPTS, folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"type": "module"}');
    change(folder);
    check(await tested(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("an exact copy passes", async () => {
  await withCopy(
    () => {},
    ({ failed, output }) => assert.equal(failed, 0, output),
  );
});

test("each mistake fails a test", { concurrency: 2 }, async (t) => {
  const mistakes = MUTATIONS.map(([name, file, right, wrong]) =>
    t.test(name, () =>
      withCopy(
        (folder) => {
          const path = join(folder, file);
          const source = readFileSync(path, "utf8");
          assert.equal(source.split(right).length, 2, `${file} has "${right}" once`);
          writeFileSync(path, source.replace(right, wrong));
        },
        ({ failed, output }) => {
          assert.ok(failed > 0, "no test fails");
          assert.doesNotMatch(output, /SyntaxError|ReferenceError/);
        },
      ),
    ),
  );
  await Promise.all(mistakes);
});
