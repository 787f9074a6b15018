// What a reader's hand does: pointer, keys, fields, buttons, and links on the same page.
import { hasMap, python } from "./core.js";
import { within } from "./map.js";

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

export function listen(playground, signal) {
  const on = (target, type, action) => target.addEventListener(type, action, { signal });
  drag(playground, on);
  keys(playground, on);
  fields(playground, on);
  buttons(playground, on);
  if (playground.linked) links(playground, on);
}

function drag(playground, on) {
  const pad = playground.part(".pad");
  let from = null;
  const move = (event) => playground.change(playground.map.pairAt(event, from), { dragging: true });
  on(pad, "pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    from = playground.state;
    playground.part(".handle").focus({ preventScroll: true });
    move(event);
  });
  on(pad, "pointermove", (event) => from && move(event));
  for (const type of ["pointerup", "pointercancel"]) on(pad, type, () => (from = null));

  const curve = playground.part(".curve");
  const scrub = (event) => {
    if (!event.buttons || !playground.measured) return;
    playground.player.pause();
    playground.player.seek(playground.curve.stepAt(event));
  };
  if (!playground.hasAttribute("small")) for (const type of ["pointerdown", "pointermove"]) on(curve, type, scrub);
}

function keys(playground, on) {
  on(playground.part(".handle"), "keydown", (event) => {
    const way = KEYS[event.key];
    if (!way) return;
    event.preventDefault();
    const { axes } = playground.map;
    const { lr, momentum } = playground.state;
    const far = (event.shiftKey ? 0.1 : 0.01);
    const change = {};
    if (way[0]) change.lr = axes.lrAt(within(axes.ofLr(lr) + way[0] * far));
    if (way[1]) change.momentum = axes.momentumAt(within(axes.ofMomentum(momentum) + way[1] * far));
    playground.change(change, { dragging: true });
  });
}

function fields(playground, on) {
  const { map } = playground;
  on(playground.part(".lr"), "input", ({ target }) =>
    playground.change({ lr: map.axes.lrAt(target.value / 1000) }, { dragging: true }));
  on(playground.part(".momentum"), "input", ({ target }) =>
    playground.change({ momentum: map.axes.momentumAt(target.value / 300) }, { dragging: true }));
  on(playground.part(".scrub"), "input", ({ target }) => {
    playground.player.pause();
    playground.player.seek(Number(target.value));
  });
  on(playground.field("matrix"), "change", ({ target }) => playground.choose(target.value));
  on(playground.field("guess"), "change", ({ target }) => playground.change({ guess: target.value }));
  on(playground.field("rung"), "change", ({ target }) => playground.method(target.value));
  on(playground.field("entries"), "change", ({ target }) => playground.type(target.value));
  for (const name of ["seed", "n", "lr", "momentum"]) {
    on(playground.field(name), "change", ({ target }) => playground.typed(name, target.value));
  }
}

function buttons(playground, on) {
  const { player } = playground;
  const actions = {
    play: () => player.toggle(),
    step: () => player.step(),
    best: () => hasMap(playground.state.rung) && playground.change(playground.map.bestPair()),
    reset: () => playground.read(playground.preset()),
    python: () => copy(playground),
  };
  for (const [name, action] of Object.entries(actions)) on(playground.field(name), "click", action);
}

async function copy(playground) {
  const program = python(playground.state);
  const pre = playground.part("pre");
  pre.textContent = program;
  pre.hidden = false;
  const button = playground.field("python");
  try {
    await navigator.clipboard.writeText(program);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(pre); // no clipboard here: it stands selected instead
  }
  setTimeout(() => (button.textContent = "Copy as Python"), 2000);
}

/** A link to a state of this page changes the playground, and loads nothing. */
function links(playground, on) {
  on(window, "popstate", () => playground.read());
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((one) => one.href);
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const to = new URL(link.href);
    if (to.pathname !== location.pathname || to.hash !== "#playground") return;
    event.preventDefault();
    event.stopPropagation();
    history.pushState(null, "", to);
    playground.read(to.search || playground.preset());
    playground.scrollIntoView();
  }, { signal: playground.abort.signal, capture: true });
}
