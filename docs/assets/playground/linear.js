/** The little linear algebra that is needed: matrices are Float64Arrays, row by row. */

/** C = A B. */
export function product(A, B, C, n) {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += A[i * n + k] * B[k * n + j];
      C[i * n + j] = sum;
    }
  }
  return C;
}

/** C = A Bᵀ. */
export function productTransposed(A, B, C, n) {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += A[i * n + k] * B[j * n + k];
      C[i * n + j] = sum;
    }
  }
  return C;
}

export function dot(x, y) {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k] * y[k];
  return sum;
}

export const square = (A) => dot(A, A);
export const norm = (A) => Math.sqrt(dot(A, A));

export function transpose(A, n) {
  return A.map((_, at) => A[(at % n) * n + Math.floor(at / n)]);
}

/** The rows of A, each an array. */
export function rowsOf(A, n) {
  return Array.from({ length: n }, (_, i) => A.slice(i * n, i * n + n));
}

export function eye(n) {
  return Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) ? 0 : 1));
}

/**
 * Left singular vectors and singular values, largest first, and rows[i] = σ_i v_iᵀ.
 *
 * One-sided Jacobi (Hestenes, 1958) on the rows of M, which gives all of U where M is singular.
 */
export function leftSingular(M, n) {
  const rows = rowsOf(M, n);
  const U = rowsOf(eye(n), n);
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep++) {
    turned = false;
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) turned = rotate(rows, U, i, j) || turned;
    }
  }
  const modes = rows
    .map((row, i) => ({ row, u: U[i], sigma: norm(row) }))
    .sort((a, b) => b.sigma - a.sigma);
  return {
    U: modes.map(({ u }) => u),
    rows: modes.map(({ row }) => row),
    sigma: Float64Array.from(modes, ({ sigma }) => sigma),
  };
}

/** Make rows i and j orthogonal; whether they were not. */
function rotate(rows, U, i, j) {
  const [a, b, c] = [square(rows[i]), square(rows[j]), dot(rows[i], rows[j])];
  if (Math.abs(c) <= 1e-16 * Math.sqrt(a * b)) return false;
  const zeta = (b - a) / (2 * c);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cosine = 1 / Math.hypot(1, tangent);
  for (const vectors of [rows, U]) turn(vectors[i], vectors[j], cosine, cosine * tangent);
  return true;
}

function turn(x, y, cosine, sine) {
  for (let k = 0; k < x.length; k++) {
    [x[k], y[k]] = [cosine * x[k] - sine * y[k], sine * x[k] + cosine * y[k]];
  }
}

/** X + X (I − M X), the residual in doubled precision: it makes a nearly right X right. */
export function corrected(X, M, n) {
  const columns = rowsOf(transpose(X, n), n);
  const R = Float64Array.from(
    { length: n * n },
    (_, at) =>
      -exactDot(
        [...M.slice(at - (at % n), at - (at % n) + n), -1],
        [...columns[at % n], at % (n + 1) ? 0 : 1],
      ),
  );
  return product(X, R, new Float64Array(n * n), n).map((change, at) => X[at] + change);
}

/** A dot product as if in twice the precision (Ogita, Rump & Oishi, 2005, algorithm 5.3). */
function exactDot(x, y) {
  let [sum, lost] = [0, 0];
  x.forEach((a, k) => {
    const b = y[k];
    const term = a * b;
    const next = sum + term;
    const part = next - sum;
    lost += sum - (next - part) + (term - part) + productError(a, b, term);
    sum = next;
  });
  return sum + lost;
}

/** a b − term, which is exact, from halves of 26 digits (Dekker, 1971). */
function productError(a, b, term) {
  const high = (x) => {
    const wide = 134217729 * x;
    return wide - (wide - x);
  };
  const [c, d] = [high(a), high(b)];
  return (a - c) * (b - d) - (term - c * d - (a - c) * d - c * (b - d));
}
