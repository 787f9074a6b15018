"""Answers of all operations in 200 digits, from mpmath alone; None where there is no answer."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import matrix, mp, mpf
from torch import Tensor

DIGITS = 200
NEGLIGIBLE = mpf(10) ** -150
ROUNDS = 2000

Matrix = Any  # mpmath has no types


def of_floats(A: Tensor) -> Matrix:
    """Exactly these floats; a vector becomes a column."""
    return matrix(A.detach().cpu().double().reshape(A.shape[0] if A.dim() else 1, -1).tolist())


def norm(A: Matrix) -> mpf:
    return mp.sqrt(mp.fsum(x * x for x in A))


def full_rank(A: Matrix) -> bool:
    """Whether the columns, or the rows of a wide matrix, are independent; decided by fractions."""
    rows = [[Fraction(*_ratio(A[i, j])) for j in range(A.cols)] for i in range(A.rows)]
    rank = 0
    for j in range(A.cols):
        pivot = next((i for i in range(rank, len(rows)) if rows[i][j]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for i in range(rank + 1, len(rows)):
            factor = rows[i][j] / rows[rank][j]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[rank], strict=True)]
        rank += 1
    return rank == min(A.rows, A.cols)


def _ratio(x: mpf) -> tuple[int, int]:
    sign, mantissa, exponent, _ = x._mpf_
    mantissa = -int(mantissa) if sign else int(mantissa)
    return (mantissa << exponent, 1) if exponent >= 0 else (mantissa, 1 << -exponent)


def of_full_rank(answer: Callable[..., Any]) -> Callable[..., Any]:
    """No answer where the first matrix has not full rank."""

    def asked(A: Matrix, *others: Matrix) -> Any:
        return answer(A, *others) if full_rank(A) else None

    return asked


@of_full_rank
def pseudo_inverse(A: Matrix) -> Matrix:
    if A.rows < A.cols:
        return pseudo_inverse(A.T).T
    return A**-1 if A.rows == A.cols else (A.T * A) ** -1 * A.T


@of_full_rank
def least_squares(A: Matrix, b: Matrix) -> Matrix:
    return pseudo_inverse(A) * b


def singular_values(A: Matrix) -> Matrix:
    tall = A if A.rows >= A.cols else A.T
    return matrix(sorted(mpmath.svd_r(tall, compute_uv=False), reverse=True))


def eigenvalues(S: Matrix) -> Matrix:
    return matrix(sorted(mpmath.eigsy(S, eigvals_only=True)))


def of_eigenvalues(S: Matrix, change: Callable[[mpf], mpf]) -> Matrix:
    """V f(Λ) Vᵀ."""
    values, V = mpmath.eigsy(S)
    return V * mpmath.diag([change(x) for x in values]) * V.T


def definite(S: Matrix) -> bool:
    return full_rank(S) and min(eigenvalues(S)) > 0


def of_definite(change: Callable[[mpf], mpf]) -> Callable[[Matrix], Matrix]:
    """A function of a positive definite matrix."""
    return lambda S: of_eigenvalues(S, change) if definite(S) else None


root, inverse_root, logarithm = (
    of_definite(change) for change in (mp.sqrt, lambda x: 1 / mp.sqrt(x), mp.log)
)


@of_full_rank
def sign(S: Matrix) -> Matrix:
    return of_eigenvalues(S, mp.sign)


def positive_part(S: Matrix) -> Matrix:
    return of_eigenvalues(S, lambda x: max(x, mpf(0)))


@of_full_rank
def polar(M: Matrix) -> Matrix:
    return M * of_eigenvalues(M.T * M, lambda x: 1 / mp.sqrt(x))


def procrustes(A: Matrix, B: Matrix) -> Matrix:
    return polar(A.T * B)


def factor(S: Matrix) -> Matrix:
    """The Cholesky factor at any scale; that of mpmath refuses what is small."""
    L = matrix(S.rows, S.rows)
    for j in range(S.rows):
        L[j, j] = mp.sqrt(S[j, j] - mp.fsum(L[j, k] ** 2 for k in range(j)))
        for i in range(j + 1, S.rows):
            done = mp.fsum(L[i, k] * L[j, k] for k in range(j))
            L[i, j] = (S[i, j] - done) / L[j, j]
    return L


def cholesky(S: Matrix) -> Matrix:
    return factor(S) if definite(S) else None


@of_full_rank
def qr(M: Matrix) -> tuple[Matrix, Matrix]:
    R = factor(M.T * M).T
    return M * R**-1, R


def sylvester(A: Matrix, B: Matrix, C: Matrix) -> Matrix:
    m, n = C.rows, C.cols
    K = matrix(m * n, m * n)
    for i in range(m):
        for j in range(n):
            for k in range(m):
                K[i * n + j, k * n + j] += A[i, k]
            for k in range(n):
                K[i * n + j, i * n + k] += B[k, j]
    if not full_rank(K):
        return None
    x = mpmath.lu_solve(K, matrix([C[i, j] for i in range(m) for j in range(n)]))
    return matrix([[x[i * n + j] for j in range(n)] for i in range(m)])


def lyapunov(A: Matrix, Q: Matrix) -> Matrix:
    return sylvester(A, A.T, Q)


@of_full_rank
def general_sign(M: Matrix) -> Matrix:
    """By Newton's iteration; None where it has no end: at the imaginary axis."""
    X = M / norm(M)
    for _ in range(ROUNDS):
        try:
            step = (X - X**-1) / 2
        except ZeroDivisionError:
            return None
        X = X - step
        if norm(step) < NEGLIGIBLE * norm(X):
            return X
    return None


def determinant(M: Matrix) -> Matrix:
    return matrix([mp.det(M)]) if full_rank(M) else None


def generalized(A: Matrix, B: Matrix) -> Matrix:
    if not definite(B):
        return None
    W = factor(B) ** -1
    C = W * A * W.T
    return eigenvalues((C + C.T) / 2)
