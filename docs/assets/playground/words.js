// Numbers and sentences, the same in the status line, in labels and for a screen reader.

export const count = (k) => Math.round(k).toLocaleString("en-US");

/** Three digits; an exponent where a plain number would be long, and never a minus zero. */
export function short(x, digits = 3) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "–" : "∞";
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
    return x.toExponential(digits - 1).replace("e+", "e").replace(/\.?0+e/, "e");
  }
  return size >= 1000 ? count(x) : String(Number(x.toPrecision(digits)));
}

/** An entry of a matrix in a narrow cell. */
export function cell(x) {
  if (!Number.isFinite(x)) return "∞";
  if (Math.abs(x) >= 100) return x.toExponential(0).replace("e+", "e").replace("-", "−");
  const text = x.toFixed(2);
  return /^-0\.0*$/.test(text) ? text.slice(1) : text.replace("-", "−");
}
