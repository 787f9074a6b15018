// A drawing area: a canvas for what is many, an SVG above it for axes, points and labels.

const HEIGHT = 14; // of a label's text, in pixels

const measure = document.createElement("canvas").getContext("2d");

export const widthOf = (words) => {
  measure.font = `${HEIGHT}px "Source Sans 3", system-ui, sans-serif`;
  return measure.measureText(words).width;
};

export const overlap = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

/** The box that words take up whose baseline starts, or ends, at (x, y). */
export function box(words, x, y, anchor = "start") {
  const width = widthOf(words);
  const x0 = anchor === "end" ? x - width : anchor === "middle" ? x - width / 2 : x;
  return { x0: x0 - 3, x1: x0 + width + 3, y0: y - HEIGHT + 1, y1: y + 4 };
}

export function text(x, y, words, role = "muted", anchor = "start", kind = "tick") {
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}"
    fill="var(--gd-${role})">${words}</text>`;
}

export const line = (path, stroke, more = "") =>
  `<path d="${path}" fill="none" stroke="var(--gd-${stroke})" ${more}/>`;

export const disk = (x, y, role, radius = 5.5) =>
  `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="var(--gd-${role})"/>`;

export const power = (exponent) =>
  exponent === 0 ? "1" : exponent === 1 ? "10"
    : `10<tspan dy="-5" font-size="10">${String(exponent).replace("-", "−")}</tspan>`;

export class Panel {
  constructor(root, margin) {
    this.root = root;
    this.margin = margin;
    this.canvas = root.querySelector("canvas");
    this.svg = root.querySelector("svg");
    this.context = this.canvas.getContext("2d");
  }

  /** Take the size that the page gives; true where it is another one than before. */
  fit() {
    const { clientWidth: width, clientHeight: height } = this.root;
    const ratio = globalThis.devicePixelRatio || 1;
    if (width === this.width && height === this.height && ratio === this.ratio) return false;
    Object.assign(this, { width, height, ratio });
    this.left = this.margin.left;
    this.top = this.margin.top;
    this.right = width - this.margin.right;
    this.bottom = height - this.margin.bottom;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    return true;
  }

  /** Replace what the SVG shows, if it is something else. */
  show(markup) {
    if (markup !== this.markup) this.svg.innerHTML = this.markup = markup;
  }

  /** The first of the places where a label meets nothing, else none: a label never lies. */
  place(words, places, taken, role, free = () => true) {
    for (const [x, y, anchor = "start"] of places) {
      const own = box(words, x, y, anchor);
      const inside =
        own.x0 >= 0 && own.x1 <= this.width && own.y0 >= 0 && own.y1 <= this.bottom + 2;
      if (inside && free(own) && !taken.some((other) => overlap(own, other))) {
        taken.push(own);
        return text(x, y, words, role, anchor, "label");
      }
    }
    return "";
  }
}
