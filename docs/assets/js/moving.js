// A figure that follows a reader's hand: ranges, or fields for a number, stand in its caption, and its
// drawing is made anew where one is moved. What is drawn then comes from a module of its own, in
// moving/. Until that moment the figure is like all others, and without this script it stays so.
import { loadFigure } from "./figures.js";

const UNITS = 4000; // of the grid that a drawing's curves lie on

/** Where a value lies on an axis, from 0 to 1 between its ends. */
export function share({ type, range: [low, high] }, value) {
  return ((type === "log" ? Math.log10(value) : value) - low) / (high - low);
}

/** A curve as a drawing writes it; or dots, which are lines of no length. */
export function path([xs, ys], { xaxis, yaxis }, areDots) {
  const places = Array.from(xs, (x, i) => [share(xaxis, x), 1 - share(yaxis, ys[i])]);
  const at = places.map((place) => place.map((part) => Math.round(UNITS * part)).join(" "));
  return areDots ? at.map((place) => `M${place}h0`).join("") : `M${at.join("L")}`;
}

/** Draw a frame: its traces and bands take the place of the figure's first ones, in their order. */
export function redraw(drawing, { traces, bands = [] }, layout) {
  const parts = [...drawing.querySelectorAll(":scope > svg")];
  parts.slice(0, traces.length).forEach((part, k) => {
    const d = path(traces[k], layout, part.hasAttribute("stroke-linecap"));
    part.firstElementChild.setAttribute("d", d);
  });
  const rects = drawing.querySelectorAll(":scope > rect");
  bands.forEach((ends, k) => {
    const [low, high] = ends.map((end) => share(layout.yaxis, end));
    rects[k].setAttribute("y", `${100 * (1 - high)}%`);
    rects[k].setAttribute("height", `${100 * (high - low)}%`);
  });
}

/** The plot out of plotly's hands: a copy that nobody listens to. */
function taken(plot) {
  const own = plot.cloneNode(true);
  own.querySelector(":scope > div")?.remove();
  own.classList.remove("gd-live");
  plot.replaceWith(own);
  return own;
}

const range = ({ type = "range", name, words, min, max, step, value }) =>
  `<label>${words} <input type="${type}" name="${name}" min="${min}" max="${max}" step="${step}" value="${value}"></label>`;

// Tests import this file where there is no page.
class Moving extends (globalThis.HTMLElement ?? Object) {
  async connectedCallback() {
    this.kind ??= await import(`./moving/${this.getAttribute("kind")}.js`);
    this.innerHTML = `${this.kind.ranges.map(range).join("")}<output></output>`;
    this.say();
    this.addEventListener("input", () => this.move());
  }

  /** What the ranges are set to, in words of the kind, beside them and for who hears them. */
  say() {
    const inputs = [...this.querySelectorAll("input")];
    const settings = Object.fromEntries(inputs.map((one) => [one.name, one.valueAsNumber]));
    const frame = this.kind.frame(settings, this.dataset);
    for (const one of inputs) one.setAttribute("aria-valuetext", frame.named[one.name]);
    this.querySelector("output").textContent = frame.said;
    return frame;
  }

  async move() {
    this.layout ??= this.take();
    const layout = await this.layout;
    const frame = this.say();
    redraw(this.plot.querySelector("svg"), frame, layout);
    this.plot.setAttribute("aria-label", frame.said);
  }

  /** Take the figure that this element is in; its axes are in the file that plotly is given. */
  async take() {
    this.plot = taken(this.closest("figure").querySelector(".gd-plot"));
    const { layout } = await loadFigure(this.plot.dataset.figure);
    delete this.plot.dataset.figure;
    return layout;
  }
}

if (globalThis.customElements) customElements.define("gd-moving", Moving);
