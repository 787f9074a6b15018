import assert from "node:assert/strict";
import { test } from "node:test";

import { core } from "./playground.js";

const { readState, writeState } = core;

test("without a query it is the run of 2020", () => {
  assert.deepEqual(readState(""), {
    state: {
      matrix: "random2020",
      seed: 0,
      n: 4,
      entries: null,
      guess: "self",
      lr: 0.9,
      momentum: 0.9,
      rung: "momentum",
    },
    complaints: [],
  });
  assert.equal(writeState(readState("").state), "");
});

const QUERIES = [
  "momentum=0",
  "lr=6.8&momentum=0.81",
  "lr=1e-7",
  "matrix=seed",
  "matrix=seed&seed=-12&n=8&guess=rand&lr=2.5&momentum=0.99&rung=nesterov",
  "matrix=hilbert&n=8&guess=zeros&rung=cg",
  "matrix=singular&guess=zeros",
  "matrix=given&entries=1,2;3,4.5",
  "matrix=given&entries=1,0,-1e-7;0,2,0;0,0,3&guess=zeros",
  "rung=relative",
  "guess=self&rung=relative",
];

test("a state is written in the shortest way, and read back as it was", () => {
  for (const query of QUERIES) {
    const { state, complaints } = readState(query);
    assert.deepEqual(complaints, []);
    assert.equal(writeState(state), query);
    assert.deepEqual(readState(writeState(state)).state, state);
  }
});

test("what does not matter is left out, and what is unknown is passed over", () => {
  const long = "?rung=momentum&n=7&seed=3&guess=self&lr=0.90&matrix=diagonal&entries=1&utm=x";
  const { state, complaints } = readState(long);
  assert.deepEqual(complaints, []);
  assert.equal(writeState(state), "matrix=diagonal");
  assert.equal(state.n, 4);
  assert.equal(readState("matrix=singular").state.n, 3);
});

test("the relative gradient starts from its own guess, unless another is asked for", () => {
  assert.equal(readState("rung=relative").state.guess, "transpose");
  assert.equal(readState("rung=relative&guess=zeros").state.guess, "zeros");
  assert.equal(readState("rung=cg").state.guess, "self");
});

const WRONG = [
  ["lr=-1&momentum=0.5", "momentum=0.5", /lr=-1 is not a positive number/],
  ["lr=&momentum=0.5", "momentum=0.5", /lr= is not a positive number/],
  ["lr=Infinity&n=4", "", /lr=Infinity/],
  ["momentum=1&lr=2", "lr=2", /momentum=1 is not a number from 0 to below 1/],
  ["matrix=seed&n=9&seed=5", "matrix=seed&seed=5", /n=9 is not a whole number from 2 to 8/],
  ["matrix=seed&n=1&seed=5", "matrix=seed&seed=5", /n=1 /],
  ["matrix=seed&seed=1.5&n=3", "matrix=seed&n=3", /seed=1.5 is not a whole number/],
  ["matrix=tall&guess=zeros", "guess=zeros", /matrix=tall is not one of random2020/],
  ["rung=adam&lr=2", "lr=2", /rung=adam is not one of momentum/],
  ["matrix=given&lr=2", "lr=2", /needs 2 to 4 rows and has 1/],
  ["matrix=given&entries=1,2;3&lr=2", "lr=2", /Each of the 2 rows needs 2 numbers, and one has 1/],
  ["matrix=given&entries=1,x;3,4", "", /"x" is not a number/],
  ["matrix=given&entries=1,1e7;3,4", "", /"1e7" is not a number from -1000000 to 1000000/],
  ["matrix=given&entries=0,0;0,0", "", /A matrix of zeros has nothing to invert/],
];

test("a bad query is answered with a sentence, and keeps what is good in it", () => {
  for (const [query, kept, sentence] of WRONG) {
    const { state, complaints } = readState(query);
    assert.equal(complaints.length, 1, query);
    assert.match(complaints[0], sentence);
    assert.match(complaints[0], /\.$/);
    assert.equal(writeState(state), kept);
    assert.ok(core.problem(state).M.every(Number.isFinite));
  }
});

test("a matrix is typed with commas, spaces, semicolons or new lines", () => {
  for (const text of ["1,2;3,4", " 1 2\n3  4 ", "1, 2; 3, 4;"]) {
    assert.deepEqual(core.parseEntries(text), {
      entries: [
        [1, 2],
        [3, 4],
      ],
    }); // prettier-ignore
  }
  assert.match(core.parseEntries("").complaint, /2 to 4 rows/);
});

test("a title says the first step, or that there is none", () => {
  const said = (first, outcome) => core.verdict({ first, outcome }, 20_000);
  assert.equal(said(10_055, "converged"), "10,055 steps");
  assert.equal(said(-1, "diverged"), "diverges");
  assert.equal(said(-1, "slow"), "not in 20,000 steps");
});

test("the program names what the state names", () => {
  const program = (query) => core.python(readState(query).state);
  assert.match(program(""), /M = gd.matrices.random_2020\(\).*SGD, lr=0.9, momentum=0.9,/s);
  assert.match(program("matrix=given&entries=1,2;3,4"), /torch.tensor\(\[\[1, 2\], \[3, 4\]\]/);
  assert.match(program("rung=nesterov&momentum=0"), /momentum=0,\n/);
  assert.match(program("rung=relative"), /guess="transpose".*RelativeGradient, scaled=False/s);
});
