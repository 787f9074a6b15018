// Numbers as a reader wants them, the same in the status line, in labels and for a screen reader.

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export const count = (k) => whole.format(k);

/** Three digits; an exponent where a plain number would be long. */
export function short(x, digits = 3) {
  if (!Number.isFinite(x)) return "∞";
  const size = Math.abs(x);
  if (size && (size < 1e-3 || size >= 1e5))
    return x.toExponential(digits - 1).replace(/\.?0*e\+?/, "e");
  return size >= 1000 ? count(x) : String(Number(x.toPrecision(digits)));
}

/** An entry of a matrix in a narrow cell: an exponent where it is large, and never a minus zero. */
export function cell(x, digits = 2) {
  if (!Number.isFinite(x)) return "∞";
  const text = Math.abs(x) < 100 ? x.toFixed(digits) : x.toExponential(0).replace("+", "");
  return text.replace(/^-(?=0\.0*$)/, "").replace("-", "−");
}
