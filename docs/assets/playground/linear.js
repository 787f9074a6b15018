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

export function square(A) {
  let sum = 0;
  for (let i = 0; i < A.length; i++) sum += A[i] * A[i];
  return sum;
}

export const norm = (A) => Math.sqrt(square(A));

export function transpose(A, n) {
  return A.map((_, at) => A[(at % n) * n + Math.floor(at / n)]);
}

export function eye(n) {
  return Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) ? 0 : 1));
}

/**
 * Left singular vectors and singular values of M, largest first: {U: [vector], sigma}.
 *
 * One-sided Jacobi (Hestenes, 1958) on the rows of M. It keeps the relative accuracy of small
 * singular values, and gives all of U where M is singular.
 */
export function leftSingular(M, n) {
  const rows = Array.from({ length: n }, (_, i) => M.slice(i * n, i * n + n));
  const U = Array.from({ length: n }, (_, i) => eye(n).slice(i * n, i * n + n));
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep++) {
    turned = false;
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) turned = rotate(rows, U, i, j) || turned;
    }
  }
  const sizes = rows.map(norm);
  const order = sizes.map((_, i) => i).sort((i, j) => sizes[j] - sizes[i]);
  return { U: order.map((i) => U[i]), sigma: Float64Array.from(order, (i) => sizes[i]) };
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

export function dot(x, y) {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k] * y[k];
  return sum;
}
