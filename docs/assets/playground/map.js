// Every learning rate and momentum at once: how fast each pair is, and where the edge lies.
import { Panel, edge, line, text, within } from "./panel.js";
import { best, limit, rateMap } from "./theory.js";
import { short } from "./words.js";

const COLORS = ["#f4e7a1", "#b5c187", "#6f9c8f", "#3f7391", "#2a4a7f", "#1b2a4e"];
const DECADES = 3; // from the fastest pair to the darkest color
const KEY = 90; // pixels from the map's left end to that of the key above it
const STEEPEST = 3; // the map ends at momentum 1 − 10⁻³
const POST = { lr: 0.9, momentum: 0.9 }; // of 2020
const NEAR = 7; // pixels within which a drag keeps to what is worth keeping to

const rgb = COLORS.map((color) => [1, 3, 5].map((i) => Number(`0x${color.slice(i, i + 2)}`)));

/** Both axes in shares of the map: lr on a log scale, momentum on one of its distance to 1. */
export function axes(curvature) {
  const high = 12 / curvature[0]; // three times what any momentum bears
  const decades = Math.log10(600);
  const round = (x) => Number(x.toPrecision(3));
  return {
    ofLr: (lr) => 1 + Math.log10(lr / high) / decades,
    lrAt: (share) => round(high * 10 ** (decades * (share - 1))),
    ofMomentum: (momentum) => -Math.log10(1 - momentum) / STEEPEST,
    momentumAt: (share) => 1 - round(10 ** (-STEEPEST * share)),
  };
}

export class RateMap extends Panel {
  constructor(root) {
    super(root, 54);
    this.handle = root.lastElementChild;
    this.grip = this.handle.previousElementSibling; // what a finger takes: it hides the point
  }

  x(lr) {
    return this.across(within(this.scales.ofLr(lr)));
  }

  y(momentum) {
    return this.up(within(this.scales.ofMomentum(momentum)));
  }

  /** Draw a matrix and a method: the slow part, done only when one of them changes. */
  paint(problem, rung) {
    if (!this.fit() && problem === this.problem && rung === this.rung) return;
    const { curvature } = problem;
    const scales = axes(curvature);
    const edgeAt = (momentum) => limit(curvature, momentum, rung);
    Object.assign(this, { problem, rung, scales, edgeAt, best: best(curvature, rung) });
    const [width, height] = [this.right - this.left, this.bottom - this.top];
    const lrs = Float64Array.from({ length: width }, (_, i) => scales.lrAt(i / width));
    const momenta = Float64Array.from({ length: height }, (_, j) =>
      scales.momentumAt(1 - j / height),
    );
    const steps = rateMap(problem, { lrs, momenta, rung });
    this.fastest = Math.log10(steps.reduce((a, b) => (b < a ? b : a), Infinity));
    this.frame = this.scale() + this.key();
    const image = new ImageData(width, height);
    steps.forEach((count, i) => image.data.set(this.color(Math.log10(count)), 4 * i));
    createImageBitmap(image).then((bitmap) => {
      this.context.clearRect(0, 0, this.width, this.height);
      this.context.drawImage(bitmap, this.left, this.top);
      for (let x = 0; x < width - KEY; x += 1) {
        this.context.fillStyle = `rgb(${this.color(this.fastest + (DECADES * x) / (width - KEY)).slice(0, 3)})`;
        this.context.fillRect(this.left + KEY + x, 8, 1, 7);
      }
    });
  }

  /** Bright where few steps are needed, empty where the run diverges. */
  color(power) {
    if (Number.isNaN(power)) return [0, 0, 0, 0];
    const share = within((power - this.fastest) / DECADES) * 4.999;
    const i = Math.floor(share);
    return [...rgb[i].map((from, c) => from + (rgb[i + 1][c] - from) * (share - i)), 255];
  }

  /** Move the point: all that is drawn anew while it is dragged. */
  point({ lr, momentum }) {
    const [x, y] = [this.x(lr), this.y(momentum)];
    for (const one of [this.handle, this.grip]) one.style.transform = `translate(${x}px,${y}px)`;
    this.handle.ariaValueNow = lr;
    this.handle.ariaValueText = `learning rate ${short(lr)}, momentum ${short(momentum, 4)}`;
    this.taken = [];
    this.take(x, y, 12);
    this.show(this.frame, this.marks());
  }

  scale() {
    const high = Math.log10(this.scales.lrAt(1));
    const powers = [0, 1, 2]
      .map((i) => 10 ** (Math.floor(high) - i))
      .filter((lr) => this.scales.ofLr(lr) > 0.03);
    const path = Array.from({ length: 51 }, (_, i) => {
      const momentum = this.scales.momentumAt(i / 50);
      return `${this.x(this.edgeAt(momentum))} ${this.y(momentum)}`;
    });
    return (
      this.axes(
        powers.map((lr) => [lr, short(lr)]),
        [0, 0.9, 0.99, 0.999].map((one) => [one, one]),
        ["learning rate", "momentum"],
      ) + edge(`M${path.join("L")}`)
    );
  }

  key() {
    const left = this.left + KEY;
    const width = this.right - left;
    let markup = text(0, 15, "steps per digit", "muted", "start");
    for (let power = Math.ceil(this.fastest); power < this.fastest + DECADES; power += 1) {
      const x = left + (width * (power - this.fastest)) / DECADES;
      markup += line(`M${x} 8v7`, "on-onlight");
      if (width > 150 || power % 2)
        markup += text(Math.min(x, this.right - 20), 29, short(10 ** power));
    }
    return markup;
  }

  /** The points worth knowing, each with its name where there is room beside it. */
  marks() {
    const { bottom, right } = this;
    const marks = Object.entries({ best: this.best, 2020: POST })
      .filter(([, { lr }]) => Math.abs(this.scales.ofLr(lr) - 0.5) < 0.5)
      .map(([name, { lr, momentum }]) => [name, this.x(lr), this.y(momentum)]);
    let markup = "";
    for (const [, x, y] of marks) {
      this.take(x, y, 7);
      markup += `<circle class="mark" cx="${x}" cy="${y}" r="4.5"/>`;
    }
    this.take(this.x(this.edgeAt(0)) + 6, bottom - 9, 8);
    markup += this.label("diverges", "text", [[right, bottom]], [[-4, -8]]);
    for (const [name, x, y] of marks) {
      markup += this.label(
        name,
        "text",
        [[x, y]],
        [
          [-11, 5],
          [11, 5],
          [0, -11],
          [0, 21],
          [-17, 5],
          [17, 5],
          [0, 32],
        ],
      );
    }
    return markup;
  }

  /** The formula's best pair, cut to six digits on the safe side of the edge. */
  bestPair() {
    const six = (x) => Number(x.toPrecision(6));
    return { lr: six(this.best.lr * (1 - 1e-6)), momentum: six(this.best.momentum) };
  }

  /** The pair under a pointer; close to the post's, or to where the drag began, exactly there. */
  pairAt(event, from) {
    const [across, up] = this.shares(event);
    const near = (to) => [
      Math.abs(this.x(to.lr) - this.across(across)) < NEAR,
      Math.abs(this.y(to.momentum) - this.up(up)) < NEAR,
    ];
    if (near(POST).every(Boolean)) return POST;
    const [sameLr, sameMomentum] = near(from);
    return {
      lr: sameLr ? from.lr : this.scales.lrAt(across),
      momentum: sameMomentum ? from.momentum : this.scales.momentumAt(up),
    };
  }
}
