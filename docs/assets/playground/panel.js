// A drawing area: a canvas for what is many, an SVG above it for axes, points and labels.

const AROUND = [
  [11, -8],
  [-11, 19],
  [-11, -8],
  [11, 19],
  [-16, 5],
  [16, 5],
  [0, -18],
  [0, 30],
];

const measure = document.createElement("canvas").getContext("2d");

export const within = (share) => Math.min(1, Math.max(0, share));

export const line = (path, role, more = "") =>
  `<path d="${path}" fill="none" stroke="var(--gd-${role})" ${more}/>`;

export const edge = (path) => line(path, "limit", 'stroke-width="2" stroke-dasharray="10 3 2 3"');

export const text = (x, y, words, role = "muted", anchor = "middle", kind = "") =>
  `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}" fill="var(--gd-${role})">${words}</text>`;

/** A power of ten as text. */
export const power = (exponent) =>
  exponent && exponent !== 1
    ? `10<tspan dy="-5" font-size="10">${String(exponent).replace("-", "−")}</tspan>`
    : 10 ** exponent;

export class Panel {
  constructor(root, top) {
    Object.assign(this, {
      root,
      left: 44,
      top,
      taken: [],
      above: [],
      below: [],
      stale: true,
      shown: [],
    });
    [this.canvas, this.svg] = root.children;
    this.context = this.canvas.getContext("2d");
  }

  /** Whether no line on the canvas runs through a label. */
  free({ left, right, top, bottom }) {
    for (let x = Math.round(left); x <= right; x += 1) {
      if (this.above[x] - 2 < bottom && this.below[x] + 2 > top) return false;
    }
    return true;
  }

  /** Take the size that the page gives; true where it is another one than before. To ask for it
   * costs a layout, so that it is asked only when it may have changed. */
  fit() {
    if (!this.stale) return false;
    this.stale = false;
    // Not laid out yet, it has no size: it is drawn again when it has.
    const width = this.root.clientWidth || 300;
    const height = this.root.clientHeight || 300;
    const ratio = devicePixelRatio;
    if (width === this.width && height === this.height && ratio === this.ratio) return false;
    Object.assign(this, { width, height, ratio, right: width - 12, bottom: height - 40 });
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.context.scale(ratio, ratio);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    return true;
  }

  /** Replace each layer of the SVG that shows something else. */
  show(...layers) {
    layers.forEach((markup, i) => {
      if (markup !== this.shown[i]) this.svg.children[i].innerHTML = this.shown[i] = markup;
    });
  }

  across(share) {
    return this.left + share * (this.right - this.left);
  }

  up(share) {
    return this.bottom - share * (this.bottom - this.top);
  }

  /** Where a pointer is, in shares of both axes. */
  shares(event) {
    const { left, top } = this.root.getBoundingClientRect();
    return [
      within((event.clientX - left - this.left) / (this.right - this.left)),
      within((this.bottom - event.clientY + top) / (this.bottom - this.top)),
    ];
  }

  /** Both axes with their names; a tick is [value, words]. */
  axes(horizontal, vertical, names, grid = "") {
    const { left, right, bottom } = this;
    let markup =
      line(`M${left} ${bottom}H${right}`, "edge") +
      text(0, this.top - 14, names[1], "muted", "start");
    markup += text(this.across(0.5), bottom + 34, names[0]);
    for (const [value, words] of horizontal) {
      const x = this.x(value);
      markup += line(`M${x} ${bottom}v4`, "edge") + text(x, bottom + 17, words);
    }
    for (const [value, words, role] of vertical) {
      const y = this.y(value);
      if (grid)
        markup += line(
          `M${left} ${y}H${right}`,
          role ? "edge" : grid,
          role && 'stroke-dasharray="1 4"',
        );
      markup += text(left - 7, y + 4, words, role, "end");
    }
    return markup;
  }

  /** Keep labels away from a box. */
  take(x, y, width, height = width) {
    this.taken.push({ left: x - width, right: x + width, top: y - height, bottom: y + height });
  }

  /** A disk, which no label covers. */
  disk(x, y, role) {
    this.take(x, y, 8);
    return `<circle cx="${x}" cy="${y}" r="5.5" fill="var(--gd-${role})"/>`;
  }

  /** Words beside one of the points, where they meet nothing; nowhere, if there is no room. */
  label(words, role, points, around = AROUND) {
    measure.font = '14px "Source Sans 3", system-ui, sans-serif';
    const { width } = measure.measureText(words);
    for (const [x, y] of points) {
      for (const [dx, dy] of around) {
        const left = x + dx - (dx < 0 ? width : dx ? 0 : width / 2);
        const box = {
          left: left - 3,
          right: left + width + 3,
          top: y + dy - 13,
          bottom: y + dy + 4,
        };
        const inside =
          box.left >= this.left - 3 &&
          box.right <= this.width &&
          box.top >= 0 &&
          box.bottom <= this.bottom + 2;
        if (!inside || !this.free(box) || this.taken.some((other) => meet(box, other))) continue;
        this.taken.push(box);
        return text(left, y + dy, words, role, "start", "label");
      }
    }
    return "";
  }
}

const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
