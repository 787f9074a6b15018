// Every learning rate and momentum at once: how fast each pair is, and where the edge lies.
import { best, limit, rateMap } from "./core.js";
import { Panel, disk, line, text } from "./panel.js";
import { count, short } from "./words.js";

const COLORS = ["#f4e7a1", "#b5c187", "#6f9c8f", "#3f7391", "#2a4a7f", "#1b2a4e"];
const DECADES = 3; // from the fastest pair to the darkest color
const MOMENTA = [0, 0.9, 0.99, 0.999];
const STEEPEST = 3; // the map ends at momentum 1 − 10⁻³
const NEAR = 7; // pixels within which a drag keeps to a line or point worth keeping to

const rgb = COLORS.map((color) =>
  [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16)));

/** Both axes of the map as fractions: lr on a log scale, momentum on one of its distance to 1. */
export function axes(curvature) {
  const high = 12 / curvature[0]; // three times what any momentum bears
  const low = high / 600;
  const round = (x, digits) => Number(x.toPrecision(digits));
  return {
    low,
    high,
    ofLr: (lr) => Math.log(lr / low) / Math.log(high / low),
    lrAt: (share) => round(low * (high / low) ** share, 3),
    ofMomentum: (momentum) => -Math.log10(1 - momentum) / STEEPEST,
    momentumAt: (share) => 1 - round(10 ** (-STEEPEST * share), 3),
  };
}

export const within = (share) => Math.min(1, Math.max(0, share));

export class RateMap extends Panel {
  constructor(root) {
    super(root, { left: 44, top: 54, right: 8, bottom: 40 });
    this.handle = root.querySelector(".handle");
  }

  /** Draw a matrix and a method: the slow part, done only when one of them changes. */
  paint(problem, rung) {
    const resized = this.fit();
    if (!resized && problem === this.problem && rung === this.rung) return;
    Object.assign(this, { problem, rung });
    this.axes = axes(problem.curvature);
    this.best = best(problem.curvature, rung);
    const { width, height } = this.area();
    if (width < 1 || height < 1) return;
    const lrs = Float64Array.from({ length: width }, (_, i) => this.axes.lrAt(i / (width - 1)));
    const momenta = Float64Array.from({ length: height }, (_, j) =>
      this.axes.momentumAt(1 - j / (height - 1)));
    const steps = rateMap(problem, { lrs, momenta, rung });
    this.fastest = Math.log10(steps.reduce((a, b) => (b < a ? b : a), Infinity));
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const image = new ImageData(width, height);
    steps.forEach((count, i) => image.data.set(this.color(count), 4 * i));
    createImageBitmap(image).then((bitmap) =>
      this.context.drawImage(bitmap, this.left * this.ratio, this.top * this.ratio,
        width * this.ratio, height * this.ratio));
  }

  /** The formula's best pair, cut to six digits on the safe side of the edge. */
  bestPair() {
    const { lr, momentum } = this.best;
    const unit = 10 ** (Math.floor(Math.log10(lr)) - 5);
    return { lr: Number((Math.floor(lr / unit) * unit).toPrecision(6)), momentum: Number(momentum.toPrecision(6)) };
  }

  area() {
    return {
      width: Math.round(this.right - this.left),
      height: Math.round(this.bottom - this.top),
    };
  }

  /** Bright where few steps are needed, empty where the run diverges. */
  color(steps) {
    if (Number.isNaN(steps)) return [0, 0, 0, 0];
    const share = within((Math.log10(steps) - this.fastest) / DECADES) * (COLORS.length - 1);
    const i = Math.min(COLORS.length - 2, Math.floor(share));
    return [...rgb[i].map((from, c) => from + (rgb[i + 1][c] - from) * (share - i)), 255];
  }

  x(lr) {
    return this.left + within(this.axes.ofLr(lr)) * (this.right - this.left);
  }

  y(momentum) {
    return this.bottom - within(this.axes.ofMomentum(momentum)) * (this.bottom - this.top);
  }

  /** Move the point; all that is drawn anew while it is dragged. */
  point(state) {
    const [x, y] = [this.x(state.lr), this.y(state.momentum)];
    this.handle.style.transform = `translate(${x}px, ${y}px)`;
    this.handle.setAttribute("aria-valuenow", state.lr);
    this.handle.setAttribute("aria-valuetext",
      `learning rate ${short(state.lr)}, momentum ${short(state.momentum, 4)}`);
    const own = { x0: x - 12, x1: x + 12, y0: y - 12, y1: y + 12 };
    this.show(this.frame() + this.marks(own));
  }

  frame() {
    const { left, top, right, bottom } = this;
    const key = Math.max(150, right - 0.6 * (right - left));
    const stops = COLORS.map((c, i) => `<stop offset="${i / 5}" stop-color="${c}"/>`).join("");
    let out = `<defs><linearGradient id="key">${stops}</linearGradient></defs>
      <rect x="${key}" y="8" width="${right - key}" height="7" fill="url(#key)"/>`;
    for (let power = Math.ceil(this.fastest); power < this.fastest + DECADES; power += 1) {
      const x = key + ((power - this.fastest) / DECADES) * (right - key);
      const words = power > 4 ? `1e${power}` : count(10 ** power);
      const anchor = x > right - 24 ? "end" : x < key + 12 ? "start" : "middle";
      out += line(`M${x} 8v7`, "onlight") + text(x, 29, words, "muted", anchor);
    }
    out += text(0, 15, "steps per factor of ten") + text(0, top - 13, "momentum");
    for (const momentum of MOMENTA) out += text(left - 7, this.y(momentum) + 4, momentum, "muted", "end");
    for (let power = Math.ceil(Math.log10(this.axes.low)); 10 ** power < this.axes.high; power += 1) {
      const x = this.x(10 ** power);
      out += line(`M${x} ${bottom}v4`, "edge");
      if (x > left + 8) out += text(x, bottom + 17, short(10 ** power), "muted", "middle");
    }
    out += text((left + right) / 2, bottom + 34, "learning rate", "muted", "middle");
    return out + line(`M${left} ${bottom}H${right}`, "edge") + this.edge();
  }

  edge() {
    const points = [];
    for (let share = 0; share <= 1; share += 0.02) {
      const momentum = this.axes.momentumAt(share);
      const lr = limit(this.problem.curvature, momentum, this.rung);
      points.push(`${this.x(lr).toFixed(1)} ${this.y(momentum).toFixed(1)}`);
    }
    return line(`M${points.join("L")}`, "limit", 'stroke-width="2" stroke-dasharray="10 3 2 3"');
  }

  /** The points worth knowing, each with its name where there is room beside it. */
  marks(own) {
    const marks = [["best", this.best.lr, this.best.momentum], ["2020", 0.9, 0.9]]
      .filter(([, lr]) => lr > this.axes.low && lr < this.axes.high)
      .map(([name, lr, momentum]) => [name, this.x(lr), this.y(momentum)]);
    const taken = [own, ...marks.map(([, x, y]) => ({ x0: x - 7, x1: x + 7, y0: y - 7, y1: y + 7 }))];
    const edgeAt = (momentum) => this.x(limit(this.problem.curvature, momentum, this.rung));
    let out = this.place("diverges", [[this.right - 4, this.bottom - 8, "end"]], taken, "text");
    const slope = { x0: edgeAt(0), x1: edgeAt(0) + 2, y0: this.bottom - 30, y1: this.bottom };
    taken.push(slope);
    for (const [name, x, y] of marks) {
      out += `<circle class="mark" cx="${x}" cy="${y}" r="4.5"/>`;
      out += this.place(name, [[x - 11, y + 5, "end"], [x + 11, y + 5], [x, y - 11, "middle"], [x, y + 21, "middle"],
        [x - 17, y + 5, "end"], [x + 17, y + 5], [x, y + 30, "middle"]], taken, "text");
    }
    return out;
  }

  /** The pair under a pointer; beside the lines through `from` and near a mark, exactly on them. */
  pairAt(event, from) {
    const frame = this.root.getBoundingClientRect();
    const px = event.clientX - frame.left;
    const py = event.clientY - frame.top;
    const pair = {
      lr: this.axes.lrAt(within((px - this.left) / (this.right - this.left))),
      momentum: this.axes.momentumAt(within((this.bottom - py) / (this.bottom - this.top))),
    };
    for (const mark of [{ lr: 0.9, momentum: 0.9 }]) {
      if (Math.hypot(this.x(mark.lr) - px, this.y(mark.momentum) - py) < NEAR) return mark;
    }
    if (Math.abs(this.x(from.lr) - px) < NEAR) pair.lr = from.lr;
    if (Math.abs(this.y(from.momentum) - py) < NEAR) pair.momentum = from.momentum;
    return pair;
  }
}
