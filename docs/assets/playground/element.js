// <gd-playground>: a learning rate and a momentum under the reader's hand, and what follows.
//
// While a reader drags, the curve comes from the modes, which costs nothing. The real loop runs
// when the hand rests, and its curve is drawn below the prediction.
import { floorOf, guessFor, hasMap, limit, parseEntries, predict, problem, readState, simulate, tidy, writeState } from "./core.js";
import { Curve, MOST, spanOf } from "./curve.js";
import { listen } from "./hands.js";
import { RateMap, axes } from "./map.js";
import { Player } from "./player.js";
import { Chosen, REASONS } from "./rungs.js";
import { statusOf } from "./status.js";
import { TEMPLATE } from "./template.js";
import { drawModes } from "./why.js";
import { short } from "./words.js";

const REST = 150; // milliseconds without a change, until the real loop runs
const SETTINGS = ["matrix", "seed", "n", "entries", "guess", "lr", "momentum", "rung"];

export class Playground extends HTMLElement {
  connectedCallback() {
    if (!this.shadowRoot) this.build();
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(this.part(".views"));
    this.abort = new AbortController();
    listen(this, this.abort.signal);
    this.read();
  }

  disconnectedCallback() {
    this.watcher.disconnect();
    this.abort.abort();
    this.player.pause();
    clearTimeout(this.resting);
  }

  build() {
    this.attachShadow({ mode: "open" }).append(TEMPLATE.content.cloneNode(true));
    this.map = new RateMap(this.part(".map"));
    this.curve = new Curve(this.part(".curve"));
    this.chosen = new Chosen(this.part(".chosen"));
    this.player = new Player(this);
  }

  part(selector) {
    return this.shadowRoot.querySelector(selector);
  }

  field(name) {
    return this.part(`[name=${name}]`);
  }

  /** The state that this element was written with. */
  preset() {
    const written = SETTINGS.filter((name) => this.hasAttribute(name));
    return new URLSearchParams(written.map((name) => [name, this.getAttribute(name)])).toString();
  }

  /** Whether the page's address says what this playground shows. */
  get linked() {
    return this.hasAttribute("linked");
  }

  /** Take the state from the page's address, or from the attributes. */
  read(query = this.linked && location.search ? location.search : this.preset()) {
    const { state, complaints } = readState(query);
    this.complain(complaints.join(" "));
    this.change(state);
  }

  complain(words) {
    this.part(".complaint").textContent = words;
  }

  /** Every change goes through here, whoever asks for it. */
  change(patch, { dragging = false } = {}) {
    const before = this.state;
    this.state = tidy({ ...before, ...patch });
    this.player.pause();
    this.measured = null;
    const same = before && ["matrix", "seed", "n", "guess", "entries"]
      .every((key) => String(before[key]) === String(this.state[key]));
    if (!same) {
      this.problem = problem(this.state);
      this.floor = floorOf(this.problem).error;
    }
    this.predicted = predict(this.problem, { ...this.state, steps: MOST });
    this.fitSpan(dragging);
    this.draw();
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), dragging || before ? REST : 0);
  }

  /** Keep the axis still under a moving hand, unless the curve would leave it. */
  fitSpan(dragging) {
    const known = this.predicted ?? simulate(this.problem, { ...this.state, steps: MOST });
    const wanted = spanOf(known);
    const holds = wanted <= this.span && wanted > this.span / 6;
    if (!dragging || !holds || known.outcome === "diverged") this.span = wanted;
  }

  /** The hand rests: run the loop itself, and say what came of it. */
  rest() {
    const { state } = this;
    this.fitSpan(false);
    const steps = this.predicted?.first < 0 || !this.predicted ? MOST : this.span;
    this.measured = simulate(this.problem, { ...state, steps });
    if (!this.predicted) this.span = spanOf(this.measured);
    this.player.end = Math.min(this.span, this.measured.error.length - 1);
    this.player.seek(this.measured.first >= 0 ? this.measured.first : this.player.end);
    const { claim, detail } = statusOf(this.problem, state, this.predicted, this.measured);
    this.part(".said").textContent = `${claim} ${detail}`;
    if (this.linked) this.write();
    this.dispatchEvent(new Event("rest"));
  }

  /** Put the state into the page's address, so that it can be shared. */
  write() {
    const query = writeState(this.state);
    const address = `${location.pathname}${query ? `?${query}` : ""}${location.hash}`;
    if (address !== location.pathname + location.search + location.hash) history.replaceState(history.state, "", address);
  }

  draw() {
    if (!this.problem) return;
    const { problem: made, state, predicted, measured } = this;
    const mapped = hasMap(state.rung);
    for (const selector of [".map", ".sliders"]) this.part(selector).hidden = !mapped;
    for (const selector of [".chosen", ".reason"]) this.part(selector).hidden = mapped;
    if (mapped) {
      this.map.paint(made, state.rung);
      this.map.point(state);
    } else {
      this.part(".reason").textContent = REASONS[state.rung];
      this.chosen.draw(made, state.rung, measured ?? simulate(made, { ...state, steps: 60 }));
    }
    this.drawCurve();
    drawModes(this.part(".modes tbody"), made, state, this.player.k ?? Math.max(0, predicted?.first ?? 0));
    this.drawStatus();
    this.drawFields();
  }

  drawCurve() {
    this.curve.draw({
      predicted: this.predicted,
      measured: this.measured ?? (this.predicted ? null : simulate(this.problem, { ...this.state, steps: this.span })),
      span: this.span,
      floor: this.floor,
      cursor: this.measured ? this.player.k : -1,
    });
  }

  drawStatus() {
    const known = this.predicted ?? this.measured ?? simulate(this.problem, { ...this.state, steps: MOST });
    const { claim, detail, failed } = statusOf(this.problem, this.state, known, this.measured);
    this.part(".status").textContent = claim;
    this.part(".detail").textContent = detail;
    this.part(".status").classList.toggle("failed", failed);
    this.part(".curve svg").setAttribute("aria-label", `Relative error against steps. ${claim} ${detail}`);
  }

  drawFields() {
    const { state } = this;
    const active = this.shadowRoot.activeElement;
    const put = (field, value) => {
      if (field !== active) field.value = value;
    };
    for (const name of ["matrix", "seed", "n", "guess", "rung", "lr", "momentum"]) put(this.field(name), state[name]);
    if (state.entries) put(this.field("entries"), state.entries.map((row) => row.join(", ")).join("; "));
    this.field("seed").parentNode.hidden = state.matrix !== "seed";
    this.field("n").parentNode.hidden = !["seed", "hilbert"].includes(state.matrix);
    this.field("entries").parentNode.hidden = state.matrix !== "given";
    if (!hasMap(state.rung)) return;
    const [lr, momentum] = [this.part(".lr"), this.part(".momentum")];
    put(lr, 1000 * this.map.axes.ofLr(state.lr));
    put(momentum, 300 * this.map.axes.ofMomentum(state.momentum));
    lr.setAttribute("aria-valuetext", short(state.lr));
    momentum.setAttribute("aria-valuetext", short(state.momentum, 4));
  }

  /** Take a number as the reader typed it; what cannot be had is said, and changes nothing. */
  typed(name, value) {
    const query = new URLSearchParams(writeState(this.state));
    query.set(name, value);
    this.read(query.toString());
  }

  /** Take a matrix as the reader typed it, or say what is wrong with it. */
  type(text) {
    const { entries, complaint } = parseEntries(text);
    this.complain(complaint ?? "");
    if (entries) this.change({ matrix: "given", entries });
  }

  /** Another matrix; a learning rate that is off its map becomes half of its limit. */
  choose(matrix) {
    this.complain("");
    if (matrix === "given") this.type(this.field("entries").value || "2, 1; 1, 3");
    else this.change({ matrix });
    const { curvature } = this.problem;
    const { lr, momentum, rung } = this.state;
    if (hasMap(rung) && axes(curvature).ofLr(lr) > 1) {
      this.change({ lr: Number((limit(curvature, momentum, rung) / 2).toPrecision(3)) });
    }
  }

  /** Another method, with the guess that it likes, unless the reader has chosen one. */
  method(rung) {
    const usual = this.state.guess === guessFor(this.state.rung);
    this.change({ rung, ...(usual && { guess: guessFor(rung) }) });
  }
}

customElements.define("gd-playground", Playground);
