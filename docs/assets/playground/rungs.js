// Two methods need no map; each has a picture of why.
import { Panel, disk, line, power, text } from "./panel.js";
import { short } from "./words.js";

export class Chosen extends Panel {
  constructor(root) {
    super(root, { left: 44, top: 36, right: 14, bottom: 40 });
  }

  draw(problem, rung, measured) {
    this.fit();
    const { words, markup } = rung === "cg" ? this.computed(problem, measured) : this.squared(problem);
    this.svg.setAttribute("aria-label", words);
    this.show(markup);
  }

  /** The learning rates of conjugate gradients, beside what each mode alone would like. */
  computed({ curvature }, { lrs }) {
    const wanted = Array.from(curvature).filter((h) => h > 0).map((h) => 1 / h);
    const shown = lrs.slice(0, wanted.length + 2);
    const logs = [...wanted, ...shown].filter((lr) => lr > 0).map(Math.log10);
    const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs) + 0.01)];
    const { left, top, right, bottom } = this;
    const y = (lr) => bottom - ((Math.log10(lr) - low) / (high - low)) * (bottom - top);
    const x = (k) => left + ((k - 0.5) / shown.length) * (right - left);
    let out = text(0, 13, "learning rate that each step computes") + line(`M${left} ${bottom}H${right}`, "edge");
    const every = Math.ceil((high - low) / 4);
    for (let p = low; p <= high; p += every) out += text(left - 7, y(10 ** p) + 4, power(p), "muted", "end");
    wanted.forEach((lr) => {
      out += line(`M${left} ${y(lr)}H${right}`, "limit", 'stroke-width="2" stroke-dasharray="10 3 2 3"');
    });
    out += text(right, y(wanted.at(-1)) - 7, "1/curvature of each mode", "on-limit", "end", "label");
    shown.forEach((lr, i) => {
      out += disk(x(i + 1), y(lr), "measured");
      if (shown.length < 9) out += text(x(i + 1), y(lr) + 20, short(lr), "on-measured", "middle", "label");
      out += text(x(i + 1), bottom + 17, i + 1, "muted", "middle");
    });
    out += text((left + right) / 2, bottom + 34, "step", "muted", "middle");
    return { markup: out, words: `Learning rates of the steps: ${shown.map((lr) => short(lr)).join(", ")}.` };
  }

  /** What one step leaves of a mode: its square. A staircase to zero, or to infinity. */
  squared({ sigma, curvature, scale }) {
    const { left, top, right, bottom } = this;
    const known = scale !== undefined;
    const most = known ? 1 : 2;
    const x = (r) => left + (r / most) * (right - left);
    const y = (r) => bottom - (r / most) * (bottom - top);
    const curve = Array.from({ length: 41 }, (_, i) => (most > 1 ? Math.sqrt(most) : 1) * (i / 40));
    let out = text(0, 13, "after the step") + line(`M${left} ${bottom}H${right}M${left} ${bottom}V${top}`, "edge");
    for (const r of most > 1 ? [0, 1, 2] : [0, 0.5, 1]) {
      out += text(x(r), bottom + 17, r, "muted", "middle") + text(left - 7, y(r) + 4, r, "muted", "end");
    }
    out += text((left + right) / 2, bottom + 34, "what is left of a mode before a step", "muted", "middle");
    out += line(`M${x(0)} ${y(0)}L${x(most)} ${y(most)}`, "edge");
    out += line(`M${curve.map((r) => `${x(r)} ${y(r * r)}`).join("L")}`, "limit", 'stroke-width="2"');
    const slowest = sigma.filter((_, i) => curvature[i] > 0).at(-1);
    let r = known ? 1 - scale * slowest * slowest : 1.06;
    let path = `M${x(r)} ${bottom}`;
    for (let k = 0; k < 40 && r > 1e-3 && r * r < most; k += 1) {
      path += `V${y(r * r)}H${x(r * r)}`;
      r *= r;
    }
    out += line(path, known ? "measured" : "failure", 'stroke-width="2"');
    out += text(x(most * 0.42), y(most * 0.16) + (most > 1 ? 22 : 18), "its square", "on-limit", "start", "label");
    return { markup: out, words: "Each step squares what is left of a mode: below 1 it falls to 0, above 1 it grows without end." };
  }
}

export const REASONS = {
  cg: "No map: nothing is left to choose. Conjugate gradients compute the learning rate and the momentum of each step from the gradient itself.",
  relative: "No map: nothing is left to choose. Each step squares what is left of every mode, so that below 1 the digits double.",
};
