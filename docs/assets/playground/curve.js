// The relative error, step by step: the prediction, and the measured run below it.
import { Panel, disk, line, power, text } from "./panel.js";
import { count } from "./words.js";

export const MOST = 20_000; // steps; what takes longer is called slow
const TARGET = 1e-6;
const LOWEST = -17; // of the axis, as a power of ten: just below the floor of float64
const NICE = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next round number at or above a count of steps. */
export function nice(steps) {
  const size = 10 ** Math.floor(Math.log10(steps));
  return NICE.find((one) => one * size >= steps - 1e-9) * size;
}

/** The distance of ticks that puts at most six on an axis: 1, 2 or 5 with zeros. */
function tickOf(span) {
  const size = 10 ** Math.floor(Math.log10(span / 5));
  return Math.max(1, [1, 2, 5, 10].find((one) => one * size >= span / 5) * size);
}

/** How many steps to show: all that the prediction needs to reach the floor, or to be lost. */
export function spanOf({ error, first, outcome }) {
  if (outcome === "diverged") return nice(Math.min(MOST, Math.max(10, error.findIndex((e) => e > 1e8))));
  if (first < 0) return Math.min(MOST, nice(Math.max(10, error.length - 1)));
  return Math.min(MOST, nice(Math.max(first + 3, Math.min(error.length + 1, 2.6 * first))));
}

export class Curve extends Panel {
  constructor(root) {
    super(root, { left: 44, top: 28, right: 14, bottom: 40 });
  }

  x(step) {
    return this.left + (step / this.span) * (this.right - this.left);
  }

  y(error) {
    const share = (this.highest - Math.log10(error)) / (this.highest - LOWEST);
    return this.top + Math.min(1.02, Math.max(-0.02, share)) * (this.bottom - this.top);
  }

  /** Draw whatever is known: while a reader drags, that is the prediction alone. */
  draw({ predicted, measured, span, floor, cursor }) {
    this.fit();
    const known = predicted ?? measured;
    this.span = span;
    let peak = 1;
    for (const error of known.error.subarray(0, span + 1)) if (error > peak) peak = error;
    this.highest = Math.min(14, Math.max(1, Math.ceil(Math.log10(peak) + 0.3)));
    const { context, ratio } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    const style = getComputedStyle(this.root);
    const failed = (measured ?? known).outcome === "diverged";
    this.taken = [];
    this.extents = [];
    if (measured) this.trace(measured.error, style.getPropertyValue(failed ? "--gd-failure" : "--gd-measured"), predicted ? 4.5 : 2.25);
    if (predicted) this.trace(predicted.error, style.getPropertyValue("--gd-predicted"), 1.75, [6, 4]);
    this.show(this.frame(floor) + this.labels(predicted, measured, failed, cursor, floor));
  }

  /** A line; where many steps share a column of pixels, from their least to their greatest. */
  trace(errors, color, width, dash = []) {
    const { context } = this;
    const shown = Math.min(errors.length, this.span + 1);
    Object.assign(context, { strokeStyle: color, lineWidth: width, lineJoin: "round" });
    context.setLineDash(dash);
    context.beginPath();
    let column = -1;
    let [low, high, last] = [0, 0, 0];
    const flush = () => {
      if (column < 0) return;
      context.lineTo(column, low);
      if (high - low > 0.5) context.lineTo(column, high);
      if (high - low > 0.5) context.lineTo(column, last);
      this.cover(column, low, high);
    };
    for (let k = 0; k < shown; k += 1) {
      const y = this.y(errors[k]);
      const x = Math.round(this.x(k));
      if (x !== column) {
        flush();
        [column, low, high] = [x, y, y];
      }
      [low, high, last] = [Math.min(low, y), Math.max(high, y), y];
    }
    flush();
    context.stroke();
    if (shown <= 40) this.dots(errors, shown, color);
  }

  dots(errors, shown, color) {
    const { context } = this;
    context.fillStyle = color;
    context.beginPath();
    for (let k = 0; k < shown; k += 1) {
      const [x, y] = [this.x(k), this.y(errors[k])];
      context.moveTo(x, y);
      context.arc(x, y, 3.5, 0, 7);
    }
    context.fill();
  }

  /** Remember which pixels a line takes, so that no label is put there. */
  cover(column, low, high) {
    const before = this.extents.at(-1);
    if (before && before.x1 < column && column - before.x1 < 200) {
      // a straight stroke between two columns that are far apart
      for (let x = before.x1 + 6; x < column; x += 6) {
        const share = (x - before.x1) / (column - before.x1);
        const y = before.end + share * (low - before.end);
        this.extents.push({ x0: x - 4, x1: x, y0: y - 4, y1: y + 4, end: y });
      }
    }
    this.extents.push({ x0: column - 1, x1: column, y0: low - 3, y1: high + 3, end: high });
  }

  frame(floor) {
    const { left, top, right, bottom } = this;
    let out = "";
    const high = this.y(Math.min(floor[1], 1));
    out += `<rect class="band" x="${left}" y="${high}" width="${right - left}"
      height="${Math.max(2, Math.min(bottom, this.y(floor[0])) - high)}"/>`;
    const every = this.highest - LOWEST > 20 ? 8 : 4;
    for (let p = Math.floor(this.highest / every) * every; p > LOWEST; p -= every) {
      const y = this.y(10 ** p);
      out += line(`M${left} ${y.toFixed(1)}H${right}`, "rule") + text(left - 7, y + 4, power(p), "muted", "end");
    }
    const target = this.y(TARGET);
    out += line(`M${left} ${target}H${right}`, "edge", 'stroke-dasharray="1 4"');
    out += text(left - 7, target + 4, power(-6), "on-measured", "end");
    out += text(0, top - 14, "relative error");
    out += line(`M${left} ${bottom}H${right}`, "edge");
    const tick = tickOf(this.span);
    for (let k = 0; k <= this.span; k += tick) {
      const end = k + tick > this.span;
      const words = end ? `${count(k)} steps` : count(k);
      const anchor = k === 0 ? "start" : this.x(k) > right - 30 ? "end" : "middle";
      out += line(`M${this.x(k)} ${bottom}v4`, "edge");
      out += text(anchor === "end" ? right + 8 : this.x(k), bottom + 17, words, "muted", anchor);
    }
    return out;
  }

  labels(predicted, measured, failed, cursor, floor) {
    const main = measured ?? predicted;
    let out = "";
    const free = (own) => !this.extents.some((one) =>
      one.x0 < own.x1 && own.x0 < one.x1 && one.y0 < own.y1 && own.y0 < one.y1);
    const put = (words, places, role) => {
      out += this.place(words, places, this.taken, role, free);
    };
    const role = failed ? "failure" : measured ? "measured" : "predicted";
    if (main.first >= 0 && main.first <= this.span) {
      const [x, y] = [this.x(main.first), this.y(main.error[main.first])];
      this.taken.push({ x0: x - 7, x1: x + 7, y0: y - 7, y1: y + 7 });
      out += disk(x, y, role);
      put(`${count(main.first)} steps`, [[x + 10, y - 9], [x - 10, y + 19, "end"], [x + 12, y - 24], [x - 10, y - 9, "end"], [x + 10, y + 19]], `on-${role}`);
    }
    const beside = (errors, shares) => shares.flatMap((share) => {
      const k = Math.floor(share * Math.min(errors.length - 1, this.span));
      const [x, y] = [this.x(k), this.y(errors[k])];
      return [[x + 10, y - 8], [x - 10, y - 10, "end"], [x + 12, y - 26], [x - 12, y + 24, "end"], [x + 8, y + 24], [x + 30, y + 40]];
    });
    if (measured) put("measured", beside(measured.error, [0.12, 0.2, 0.3, 0.5, 0.7, 0.9]), `on-${role}`);
    if (predicted) put("dashed: predicted", beside(predicted.error, [0.55, 0.4, 0.65, 0.25, 0.75, 0.9]), "on-predicted");
    if (cursor >= 0 && cursor <= this.span && measured && cursor < measured.error.length) {
      const x = this.x(cursor);
      out += `<path d="M${x} ${this.top}V${this.bottom}" class="cursor"/>`;
      out += disk(x, this.y(measured.error[cursor]), role, 4);
    }
    const band = (this.y(floor[0]) + this.y(floor[1])) / 2;
    put("rounding", [[this.left + 8, band + 5], [this.right - 6, band + 5, "end"]], "on-floor");
    return out;
  }

  stepAt(event) {
    const frame = this.root.getBoundingClientRect();
    const share = (event.clientX - frame.left - this.left) / (this.right - this.left);
    return Math.round(Math.min(1, Math.max(0, share)) * this.span);
  }
}
