// What a reader's hand does: pointer, keys, fields, buttons, and links on the same page.
import { within } from "./panel.js";

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

export function listen(playground, signal) {
  const { map, player, shadowRoot } = playground;
  const on = (target, types, action) => {
    for (const type of types.split(" "))
      target.addEventListener(type, action, { signal, capture: true });
  };
  const drag = (change) => playground.change(change, true);

  let from = null; // the state in which a drag began
  const pad = playground.part(".pad");
  for (const zone of [pad, map.grip]) {
    on(zone, "pointerdown pointermove", (event) => {
      const { type, button, pointerType } = event;
      // A finger that lands beside the point scrolls the page.
      if (type === "pointerdown" && !button && (pointerType !== "touch" || zone !== pad)) {
        event.preventDefault();
        zone.setPointerCapture(event.pointerId);
        from = playground.state;
        map.handle.focus({ preventScroll: true });
      }
      if (from) drag(map.pairAt(event, from));
    });
    on(zone, "pointerup pointercancel", () => (from = null));
  }
  on(pad, "click", (event) => {
    if (event.pointerType === "touch") drag(map.pairAt(event, playground.state));
  });

  on(playground.part(".curve"), "pointerdown pointermove", (event) => {
    if (event.buttons && playground.measured)
      player.show(Math.round(playground.curve.shares(event)[0] * playground.span));
  });

  on(map.handle, "keydown", (event) => {
    const [across, up] = KEYS[event.key] ?? [];
    if (across === undefined) return;
    event.preventDefault();
    const { scales } = map;
    const { lr, momentum } = playground.state;
    const far = event.shiftKey ? 0.1 : 0.01;
    drag(
      across
        ? { lr: scales.lrAt(within(scales.ofLr(lr) + across * far)) }
        : { momentum: scales.momentumAt(within(scales.ofMomentum(momentum) + up * far)) },
    );
  });

  on(shadowRoot, "input", ({ target: { id, value } }) => {
    if (id === "across") drag({ lr: map.scales.lrAt(value / 1000) });
    if (id === "up") drag({ momentum: map.scales.momentumAt(value / 300) });
    if (id === "at") player.show(Number(value));
  });
  on(shadowRoot, "change", ({ target: { name, value } }) => name && playground.set(name, value));
  const actions = {
    play: () => player.toggle(),
    step: () => player.step(),
    best: () => playground.change(map.bestPair()),
    reset: () => playground.read(playground.preset()),
    python: () => copy(playground),
  };
  on(shadowRoot, "click", ({ target }) => actions[target.name]?.());
  if (!playground.linked) return;
  on(window, "popstate", () => playground.read());
  on(document, "click", (event) => follow(playground, event));
}

/** A link to a state of this page changes the playground, and loads nothing. */
function follow(playground, event) {
  const link = event.composedPath().find((one) => one.href);
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const to = new URL(link.href);
  if (to.pathname !== location.pathname || to.hash !== "#playground") return;
  event.preventDefault();
  event.stopPropagation();
  history.pushState(null, "", to);
  playground.read();
  playground.scrollIntoView();
}

async function copy(playground) {
  const { python } = await import("./python.js");
  const program = python(playground.state);
  const pre = playground.part("pre");
  pre.textContent = program;
  pre.hidden = false;
  await navigator.clipboard?.writeText(program).then(
    () => pre.prepend("# copied\n"),
    () => {},
  );
}
