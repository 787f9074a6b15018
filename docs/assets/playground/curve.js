// The relative error, step by step: the prediction, and the measured run below it.
import { Panel, line, power } from "./panel.js";
import { count } from "./words.js";

export const MOST = 20_000; // steps; what takes longer is called slow
const LOWEST = -17; // of the axis, as a power of ten: just below the floor of float64
const COLORS = {}; // of lines, which are the same on light and on dark ground
const NICE = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next round number at or above a count of steps. */
function nice(steps, round = NICE) {
  const size = 10 ** Math.floor(Math.log10(steps));
  return Math.max(1, round.find((one) => one * size >= steps - 1e-9) * size);
}

/** How many steps to show: all that the prediction needs to reach the floor, or to be lost. */
export function spanOf({ error, first, outcome }) {
  const lost = outcome === "diverged" ? error.findIndex((one) => one > 1e8) : -1;
  const wanted =
    lost > 0
      ? lost
      : first < 0
        ? error.length
        : Math.max(first + 3, Math.min(error.length + 1, 2.6 * first));
  return Math.min(MOST, nice(Math.max(wanted, 8)));
}

export class Curve extends Panel {
  x(step) {
    return this.across(step / this.span);
  }

  y(error) {
    return this.up(
      Math.min(1.02, Math.max(-0.01, (Math.log10(error) - LOWEST) / (this.highest - LOWEST))),
    );
  }

  /** Draw whatever is known: while a reader drags, that is the prediction alone. */
  draw({ predicted, measured, span, floor, cursor }) {
    this.fit();
    this.span = span;
    this.taken = [];
    this.above = [];
    this.below = [];
    const shown = (run) => run.error.subarray(0, span + 1);
    const main = measured ?? predicted;
    let peak = 1;
    for (const error of shown(predicted ?? main)) if (error > peak) peak = error;
    this.highest = Math.min(14, Math.ceil(Math.log10(peak) + 0.3));
    this.context.clearRect(0, 0, this.width, this.height);
    const role = main.outcome === "diverged" ? "failure" : measured ? "measured" : "predicted";
    if (measured) this.trace(shown(measured), role, predicted ? 4.5 : 2.25);
    if (predicted) this.trace(shown(predicted), "predicted", 1.75, [6, 4]);
    let markup = "";
    if (cursor !== null && cursor < shown(main).length)
      markup += this.stand(cursor, main.error[cursor], role);
    if (main.first >= 0 && main.first <= span) {
      const place = [this.x(main.first), this.y(main.error[main.first])];
      markup +=
        this.disk(...place, role) + this.label(`${count(main.first)} steps`, `on-${role}`, [place]);
    }
    const along = (run, shares) =>
      shares.map((share) => {
        const k = Math.floor(share * (shown(run).length - 1));
        return [this.x(k), this.y(run.error[k])];
      });
    if (measured)
      markup += this.label("measured", `on-${role}`, along(measured, [0.12, 0.2, 0.5, 0.7, 0.9]));
    if (predicted)
      markup += this.label(
        "dashed: predicted",
        "on-predicted",
        along(predicted, [0.55, 0.4, 0.65, 0.2, 0.8]),
      );
    const band = (this.y(floor[0]) + this.y(floor[1])) / 2;
    this.show(
      this.frame(floor),
      markup +
        this.label(
          "rounding",
          "on-floor",
          [
            [this.left, band],
            [this.right, band],
          ],
          [
            [8, 5],
            [-8, 5],
          ],
        ),
    );
  }

  /** A line, column by column of pixels: what of it lies there, and so where no label can be. */
  trace(errors, role, width, dash = []) {
    const { context, left } = this;
    const color = (COLORS[role] ??= getComputedStyle(this.root).getPropertyValue(`--gd-${role}`));
    Object.assign(context, {
      strokeStyle: color,
      fillStyle: color,
      lineWidth: width,
      lineJoin: "round",
    });
    context.setLineDash(dash);
    context.beginPath();
    const last = errors.length - 1;
    const column = this.span / (this.right - left);
    const between = (k) => {
      const y = this.y(errors[Math.floor(k)]);
      return y + (k % 1) * (this.y(errors[Math.ceil(k)]) - y);
    };
    const draw = (x, y) => {
      context.lineTo(x, y);
      if (!(this.above[x] <= y)) this.above[x] = y;
      if (!(this.below[x] >= y)) this.below[x] = y;
    };
    for (let x = left; (x - left) * column <= last; x += 1) {
      const from = (x - left) * column;
      const to = Math.min(last, from + column);
      let least = Infinity;
      let most = 0;
      for (let k = Math.ceil(from); k <= to; k += 1) {
        if (errors[k] < least) least = errors[k];
        if (errors[k] > most) most = errors[k];
      }
      draw(x, between(from));
      if (most) {
        draw(x, this.y(most));
        draw(x, this.y(least));
      }
      draw(x, between(to));
    }
    context.stroke();
    if (last > 40) return;
    errors.forEach((error, k) => context.fillRect(this.x(k) - 3, this.y(error) - 3, 6, 6));
  }

  frame([low, high]) {
    const { left, right, span } = this;
    const every = this.highest - LOWEST > 20 ? 8 : 4;
    const decades = [];
    for (let p = Math.floor(this.highest / every) * every; p > LOWEST; p -= every)
      decades.push([10 ** p, power(p)]);
    const target = this.y(1e-6);
    const ticks = decades.filter(([error]) => Math.abs(this.y(error) - target) > 15);
    ticks.push([1e-6, power(-6), "on-measured"]);
    const tick = nice(span / Math.min(6, this.width / 75), [1, 2, 5, 10]);
    const steps = Array.from({ length: Math.floor(span / tick) + 1 }, (_, i) => [
      i * tick,
      count(i * tick),
    ]);
    const top = this.y(Math.min(high, 1));
    return (
      `<rect class="band" x="${left}" y="${top}" width="${right - left}" height="${this.y(low) - top}"/>` +
      this.axes(steps, ticks, ["step", "relative error"], "rule")
    );
  }

  /** The step at which a reader looks. */
  stand(step, error, role) {
    const x = this.x(step);
    this.take(x, this.height / 2, 2, this.height);
    return line(`M${x} ${this.top}V${this.bottom}`, "edge") + this.disk(x, this.y(error), role);
  }
}
