// The worker between the theme and its search: asleep until the first key, and what it passes on.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const SOURCE = readFileSync("docs/assets/js/search.js", "utf8");
const STOP = ["not", "the", "why"];

/** The worker in a world of its own, with a theme that answers every question with `found`. */
function start({ found = [], status = 200 } = {}) {
  const world = { fetched: [], asked: [], said: [], complaints: [], listeners: [] };
  const self = {
    location: new URL("http://127.0.0.1/assets/js/search.js?theme.js"),
    postMessage: (message) => world.said.push(message),
    addEventListener: (_, listener) => world.listeners.push(listener),
    dispatchEvent: (event) => deliver(event.data),
  };
  const deliver = (data) => {
    let stopped = false;
    const event = { data, stopImmediatePropagation: () => (stopped = true) };
    for (const listener of world.listeners) stopped || listener(event);
  };
  const theme = ({ data: { type, data } }) => {
    if (type === 0) self.postMessage({ type: 1 });
    if (type === 2) {
      world.asked.push(data);
      self.postMessage({ type: 3, data: { items: structuredClone(found) } });
    }
  };
  const globals = {
    self,
    location: self.location,
    URL,
    MessageEvent: class {
      constructor(_, { data }) {
        this.data = data;
      }
    },
    console: { error: (...words) => world.complaints.push(words.join(" ")) },
    fetch: async (url) => {
      world.fetched.push(url);
      return { ok: world.status === 200, status: world.status, json: async () => ({}) };
    },
    importScripts: (url) => {
      world.theme = url;
      self.lunr = { stopWordFilter: (word) => (STOP.includes(word) ? undefined : word) };
      world.listeners.push(theme);
    },
  };
  world.status = status;
  vm.runInNewContext(SOURCE, globals);
  world.type = async (...queries) => {
    for (const data of queries) deliver({ type: 2, data });
    await new Promise(setImmediate);
  };
  return world;
}

test("it is ready at once, and fetches nothing before a key", async () => {
  const world = start();
  await world.type("");
  assert.deepEqual(JSON.parse(JSON.stringify(world.said)), [{ type: 1 }]);
  assert.deepEqual(world.fetched, []);
});

test("the first key fetches the index and the theme's worker, and later ones nothing", async () => {
  const world = start();
  await world.type("n");
  await world.type("na");
  assert.deepEqual(world.fetched, ["http://127.0.0.1/search/search_index.json"]);
  assert.equal(world.theme, "http://127.0.0.1/assets/javascripts/workers/theme.js");
  assert.deepEqual(world.asked, ["n", "na"]);
});

test("what was typed over while the index came is not answered", async () => {
  const world = start();
  await world.type("n", "na", "nan");
  assert.deepEqual(world.asked, ["nan"]);
});

test("small words are left out, orders to the search too, and nothing but small words is kept", async () => {
  const world = start();
  await world.type("Why is the loss: not -finite?");
  await world.type("why not");
  assert.deepEqual(world.asked, ["is loss finite", "why not"]);
});

test("names of matrices and signs are left out where a word is left", async () => {
  const world = start();
  await world.type("S is not symmetric: S − Sᵀ is up to 1.0e+00");
  await world.type("κ 100");
  await world.type("M");
  await world.type("M − N");
  assert.deepEqual(world.asked, ["is symmetric is up to 1.0e+00", "κ 100", "M", "M − N"]);
});

test("what has more of the words comes first, in its page and among pages", async () => {
  const entry = (name, score, ...terms) => ({ name, score, terms: Object.fromEntries(terms) });
  const [a, b] = ["a", "b"];
  const world = start({
    found: [
      [entry("half", 9, [a, true], [b, false]), entry("none", 0)],
      [entry("some", 3, [a, true], [b, false]), entry("both", 2, [a, true], [b, true])],
    ],
  });
  await world.type("a b");
  const { items } = world.said.at(-1).data;
  const names = items.map((group) => group.map(({ name }) => name).join(" ")).join(", ");
  assert.equal(names, "both some, half none");
});

test("an index that does not come is said, and asked for again at the next key", async () => {
  const world = start({ status: 500 });
  await world.type("n");
  assert.match(world.complaints[0], /The search has no index: Error: .*: 500/);
  world.status = 200;
  await world.type("na");
  assert.deepEqual(world.asked, ["na"]);
});
