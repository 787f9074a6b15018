import assert from "node:assert/strict";
import { test } from "node:test";

import { loadFigure, loadPlotly, markRoles, parse, watch } from "../../docs/assets/js/figures.js";
import { mendLandmarks, mendScrolling, showEdge } from "../../docs/assets/js/mends.js";

/** As much of an element as the scripts touch. */
function element(attributes = {}) {
  const classes = new Set();
  return {
    dataset: {},
    attributes: { ...attributes },
    classList: {
      add: (name) => classes.add(name),
      contains: (name) => classes.has(name),
      toggle: (name, on) => (on ? classes.add(name) : classes.delete(name)),
    },
    getAttribute(name) {
      return this.attributes[name];
    },
    setAttribute(name, value) {
      this.attributes[name] = value;
    },
    removeAttribute(name) {
      delete this.attributes[name];
      if (name === "tabindex") delete this.tabIndex;
    },
  };
}

test("a figure is fetched from the site's folder of figures", async () => {
  const fetch = async (url) => ({ ok: true, url, text: async () => '{"data": [{"y": [1]}]}' });
  assert.deepEqual(await loadFigure("1f.json", fetch), { data: [{ y: [1] }], layout: {} });
  const missing = async (url) => ({ ok: false, status: 404, url });
  await assert.rejects(loadFigure("1f.json", missing), /assets\/figures\/1f.json: 404/);
});

test("a figure is parsed from its text", () => {
  const figure = parse('{"data": [{"y": [1]}], "layout": {"margin": {}}}');
  assert.deepEqual(figure, { data: [{ y: [1] }], layout: { margin: {} } });
  assert.deepEqual(parse('{"data": [{}]}').layout, {});
});

test("what has nothing to draw is refused", () => {
  for (const json of ["{", '{"data": []}', '{"layout": {}}', undefined]) {
    assert.throws(() => parse(json));
  }
});

test("each label's element learns its role from the annotation of its index", () => {
  const [first, second, third] = [element(), element(), element()];
  [first.dataset.index, second.dataset.index, third.dataset.index] = ["1", "0", "2"];
  markRoles([first, second, third], [{ name: "c1" }, { name: "floor" }, {}]);
  assert.deepEqual(
    [first, second, third].map((e) => e.dataset.role),
    ["floor", "c1", "text"],
  );
});

test("plotly.js is loaded once, and again only after a failure", async () => {
  const scripts = [];
  const page = { createElement: () => ({}), head: { append: (script) => scripts.push(script) } };
  const failed = loadPlotly(page);
  assert.equal(loadPlotly(page), failed);
  scripts[0].onerror();
  await assert.rejects(failed, /plotly.min.js did not load/);

  globalThis.Plotly = { name: "Plotly" };
  const loaded = loadPlotly(page);
  scripts[1].onload();
  assert.equal(await loaded, globalThis.Plotly);
  assert.equal(loadPlotly(page), loaded);
  assert.equal(scripts.length, 2);
  assert.match(scripts[1].src, /\/assets\/vendor\/plotly\.min\.js$/);
});

test("only regions that scroll are stops for the keyboard", () => {
  const [wide, narrow] = [element(), element()];
  Object.assign(wide, { scrollWidth: 800, clientWidth: 300, scrollLeft: 0 });
  Object.assign(narrow, { scrollWidth: 300, clientWidth: 300, scrollLeft: 0, tabIndex: 0 });
  mendScrolling([wide, narrow]);
  assert.equal(wide.tabIndex, 0);
  assert.equal(narrow.tabIndex, undefined);
  assert.deepEqual(
    [wide, narrow].map((one) => one.classList.contains("gd-cut")),
    [true, false],
  );
  showEdge(Object.assign(wide, { scrollLeft: 500 }));
  assert.equal(wide.classList.contains("gd-cut"), false);
});

test("landmarks get names of their own", () => {
  const landmarks = [element(), element()];
  mendLandmarks(landmarks);
  assert.deepEqual(
    landmarks.map((e) => e.attributes["aria-label"]),
    ["Code 1", "Code 2"],
  );
});

/** A figure of a page, with what listens to it. */
function drawing() {
  const plot = Object.assign(element(), { dataset: { figure: "1f.json" }, listeners: new Map() });
  plot.addEventListener = (name, listener) => plot.listeners.set(name, listener);
  plot.removeEventListener = (name) => plot.listeners.delete(name);
  plot.touch = (type, pointerType) => plot.listeners.get(type)?.({ type, pointerType });
  return plot;
}

test("plotly is asked for by the first pointer or tap, once, and by no finger that scrolls", async (t) => {
  const asked = t.mock.method(globalThis, "fetch", async (url) => ({
    ok: false,
    status: 404,
    url,
  }));
  const complaints = t.mock.method(console, "error", () => {});
  const [pointed, tapped] = [drawing(), drawing()];
  watch({ querySelectorAll: () => [pointed, tapped] });
  tapped.touch("pointerenter", "touch");
  assert.equal(asked.mock.callCount(), 0);
  pointed.touch("pointerenter", "mouse");
  pointed.touch("click", "mouse");
  assert.equal(asked.mock.callCount(), 1);
  tapped.touch("click", "touch");
  assert.equal(asked.mock.callCount(), 2);
  await new Promise(setImmediate);
  assert.equal(complaints.mock.callCount(), 2);
  assert.equal(pointed.classList.contains("gd-live"), false); // the drawing stays
});
