// <gd-playground>: a learning rate and a momentum under the reader's hand, and what follows.
//
// While a reader drags, the curve comes from the modes, which costs nothing. The real loop runs
// when the hand rests, and its curve is drawn below the prediction.
import { Curve, MOST, spanOf } from "./curve.js";
import { listen } from "./hands.js";
import { RateMap, axes } from "./map.js";
import { Panel, edge, line, power, text } from "./panel.js";
import { Player } from "./player.js";
import { floorOf, problem } from "./problem.js";
import { simulate } from "./run.js";
import { readState, writeState } from "./state.js";
import { standing, statusOf } from "./status.js";
import { template } from "./template.js";
import { hasMap, limit, predict } from "./theory.js";
import { drawModes, drawProducts } from "./why.js";
import { short } from "./words.js";

const REST = 150; // milliseconds without a change, until the real loop runs

export class Playground extends HTMLElement {
  parts = {};

  connectedCallback() {
    if (!this.shadowRoot) this.build();
    this.watcher = new ResizeObserver(() => this.draw(true));
    this.watcher.observe(this);
    this.listening = new AbortController();
    listen(this, this.listening.signal);
    this.read();
  }

  disconnectedCallback() {
    this.watcher.disconnect();
    this.listening.abort();
    this.player.pause();
    clearTimeout(this.resting);
  }

  build() {
    this.attachShadow({ mode: "open" }).append(template.content.cloneNode(true));
    this.map = new RateMap(this.part(".map"));
    this.chosen = new Panel(this.part(".chosen"), 36);
    this.curve = new Curve(this.part(".curve"), 28);
    this.player = new Player(this);
  }

  part(selector) {
    return (this.parts[selector] ??= this.shadowRoot.querySelector(selector));
  }

  field(name) {
    return this.part(`[name=${name}]`);
  }

  /** Whether the page's address says what this playground shows. */
  get linked() {
    return this.hasAttribute("linked");
  }

  /** The state that this element was written with: its attributes are a query, too. */
  preset() {
    return String(
      new URLSearchParams([...this.attributes].map(({ name, value }) => [name, value])),
    );
  }

  read(query = (this.linked && location.search) || this.preset()) {
    const { state, complaints } = readState(query);
    this.part(".complaint").textContent = complaints.join(" ");
    this.change(state);
  }

  /** Take one setting as the reader chose or typed it; what cannot be had changes nothing. */
  set(name, value) {
    const query = new URLSearchParams(writeState(this.state));
    query.set(name, value);
    if (name === "matrix") query.set("entries", this.field("entries").value || "2,1;1,3");
    const { state, complaints } = readState(query.toString());
    this.part(".complaint").textContent = complaints.join(" ");
    this.change(complaints.length ? {} : state);
    const { curvature } = this.problem;
    const { lr, momentum, rung } = this.state;
    // A matrix whose map does not hold the learning rate shows half of its limit instead.
    if (/lr|momentum/.test(name) || !hasMap(rung) || axes(curvature).ofLr(lr) < 1) return;
    this.change({ lr: Number((limit(curvature, momentum, rung) / 2).toPrecision(3)) });
  }

  /** Every change goes through here, whoever asks for it; a drag leaves the problem as it is. */
  change(patch, dragging = false) {
    const before = this.state;
    this.dragging = dragging;
    this.state = { ...before, ...patch };
    if (!dragging) this.problem = problem(this.state);
    this.player.reset();
    this.part("pre").hidden = true; // its program is of another state now
    this.predicted = predict(this.problem, { ...this.state, steps: MOST });
    // A method without a map takes few steps, so that the loop is run at once.
    this.measured = hasMap(this.state.rung)
      ? null
      : simulate(this.problem, { ...this.state, steps: MOST });
    this.fitSpan(dragging);
    this.draw(!dragging);
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), before ? REST : 0);
  }

  /** Keep the axis still under a moving hand, unless the curve would leave it. */
  fitSpan(dragging) {
    const wanted = spanOf(this.predicted ?? this.measured);
    if (!dragging || wanted > this.span || wanted < this.span / 6) this.span = wanted;
  }

  /** The hand rests: run the loop itself, and say what came of it. */
  rest() {
    this.dragging = false;
    this.fitSpan(false);
    const steps = this.predicted?.first >= 0 ? this.span : MOST;
    this.measured = simulate(this.problem, { ...this.state, steps });
    this.draw();
    this.player.begin(this.measured, this.span);
    this.part(".said").textContent = this.said;
    if (this.linked) this.write();
    this.dispatchEvent(new Event("rest"));
  }

  /** Put the state into the page's address, so that it can be shared. */
  write() {
    const query = writeState(this.state);
    const address = `${location.pathname}${query && "?"}${query}${location.hash}`;
    if (query !== location.search.slice(1)) history.replaceState(history.state, "", address);
  }

  draw(resized = false) {
    const { problem: made, state, predicted, measured } = this;
    if (!made) return;
    for (const panel of [this.map, this.chosen, this.curve]) panel.stale ||= resized;
    const mapped = hasMap(state.rung);
    for (const selector of [".map", ".sliders"]) this.part(selector).hidden = !mapped;
    for (const selector of [".chosen", ".reason"]) this.part(selector).hidden = mapped;
    if (mapped) {
      this.map.paint(made, state.rung);
      this.map.point(state);
    } else {
      this.explain();
    }
    this.drawCurve();
    const [claim, detail] = statusOf(made, state, predicted, measured);
    this.said = `${claim} ${detail}`;
    this.part(".status").textContent = claim;
    this.part(".status").classList.toggle("failed", claim.startsWith("It diverges"));
    this.part(".detail").textContent = detail;
    this.curve.svg.ariaLabel = `Relative error by step. ${claim}`;
    drawModes(
      this.part(".modes tbody"),
      made,
      state,
      this.player.k ?? Math.max(0, predicted?.first),
      predicted,
    );
    this.fill(mapped);
  }

  async explain() {
    const { REASONS, explain } = await import("./rungs.js");
    if (hasMap(this.state.rung)) return; // changed while the picture was fetched
    this.part(".reason").textContent = REASONS[this.state.rung];
    explain(this.chosen, { edge, line, power, short, text }, this);
  }

  drawCurve() {
    this.curve.draw({
      ...this,
      floor: floorOf(this.problem).error,
      cursor: this.player.k,
    });
  }

  /** Show the step at which the player stands. */
  look() {
    const { player, problem: made, state } = this;
    this.drawCurve();
    this.part(".now").textContent = standing(player.run);
    const [modes, plain, logs] = this.shadowRoot.querySelectorAll("tbody");
    drawModes(modes, made, state, player.k, this.predicted);
    drawProducts(plain, logs, player.run.XM, made.n);
    Object.assign(this.part("#at"), { max: this.span, value: player.k });
  }

  /** Let the fields say what is set, but for the one in which the reader types. */
  fill(mapped) {
    const { state } = this;
    const { activeElement } = this.shadowRoot;
    const put = (field, value) => {
      if (field !== activeElement && field.value !== String(value)) field.value = value;
    };
    for (const name of this.dragging ? ["lr", "momentum"] : Object.keys(state)) {
      if (state[name] !== null) put(this.field(name), state[name].join?.("; ") ?? state[name]);
      const needing = { seed: ["seed"], n: ["seed", "hilbert"], entries: ["given"] }[name];
      if (needing) this.field(name).parentNode.hidden = !needing.includes(state.matrix);
    }
    this.field("best").disabled = !mapped;
    if (!mapped) return;
    const { scales } = this.map;
    const [across, up] = [this.part("#across"), this.part("#up")];
    put(across, 1000 * scales.ofLr(state.lr));
    put(up, 300 * scales.ofMomentum(state.momentum));
    across.ariaValueText = short(state.lr);
    up.ariaValueText = short(state.momentum, 4);
  }
}

customElements.define("gd-playground", Playground);
