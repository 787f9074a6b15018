// Two methods need no map; each has a picture of why.
import { Panel, edge, line, power, text } from "./panel.js";
import { short } from "./words.js";

export const REASONS = {
  cg: "No map: nothing is left to choose. Conjugate gradients compute the learning rate and the momentum of each step from the gradient itself.",
  relative: "No map: nothing is left to choose. Each step squares what is left of every mode, so that below 1 the digits double.",
};

export class Chosen extends Panel {
  draw(problem, rung, measured) {
    this.fit();
    this.taken = [];
    this.show(rung === "cg" ? this.computed(problem, measured) : this.squared(problem));
  }

  /** The learning rates of conjugate gradients, beside what each mode alone would like. */
  computed({ curvature }, { lrs }) {
    const wanted = Array.from(curvature).filter(Boolean).map((h) => 1 / h);
    const shown = lrs.slice(0, wanted.length);
    const logs = [...wanted, ...shown].map(Math.log10);
    const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs) + 0.2)];
    this.x = (step) => this.across((step - 0.5) / shown.length);
    this.y = (lr) => this.up((Math.log10(lr) - low) / (high - low));
    const every = Math.ceil((high - low) / 4);
    const ticks = [];
    for (let p = low; p <= high; p += every) ticks.push([10 ** p, power(p)]);
    let markup = this.axes(shown.map((_, i) => [i + 1, i + 1]), ticks, ["step", "learning rate that each step computes"]);
    for (const lr of wanted) {
      markup += edge(`M${this.left} ${this.y(lr)}H${this.right}`);
      this.take(this.width / 2, this.y(lr), this.width, 1);
    }
    for (const [i, lr] of shown.entries()) markup += this.disk(this.x(i + 1), this.y(lr), "measured");
    markup += this.label("1/curvature of each mode", "on-limit", wanted.map((lr) => [this.left, this.y(lr)]), [[8, -6]]);
    for (const [i, lr] of shown.entries()) markup += this.label(short(lr), "on-measured", [[this.x(i + 1), this.y(lr)]], [[0, 20], [0, -10]]);
    return markup;
  }

  /** What one step leaves of a mode: its square. A staircase to zero, or to infinity. */
  squared({ sigma, curvature, scale }) {
    const most = scale ? 1 : 2;
    this.x = (left) => this.across(left / most);
    this.y = (left) => this.up(left / most);
    const at = (before, after) => `${this.x(before)} ${this.y(after)}`;
    const ticks = [0, most / 2, most].map((one) => [one, one]);
    const parabola = Array.from({ length: 41 }, (_, i) => (i / 40) * Math.sqrt(most)).map((left) => at(left, left * left));
    const slowest = sigma.filter((_, i) => curvature[i]).at(-1);
    let left = scale ? 1 - scale * slowest ** 2 : 1.06;
    let stairs = `M${at(left, 0)}`;
    for (let k = 0; k < 40 && left > 1e-3 && left * left < most; k += 1) {
      stairs += `V${this.y(left * left)}H${this.x(left * left)}`;
      left *= left;
    }
    return this.axes(ticks, ticks, ["left of a mode before a step", "left after it"]) +
      line(`M${at(0, 0)}L${at(most, most)}`, "edge") + line(`M${parabola.join("L")}`, "limit", 'stroke-width="2"') +
      line(stairs, scale ? "measured" : "failure", 'stroke-width="2"') +
      text(this.x(0.6 * most), this.y(0.2 * most), "its square", "on-limit", "start", "label");
  }
}
