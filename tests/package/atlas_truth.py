"""Answers of the atlas to 100 digits, from nothing but rational input and Newton's iterations."""

from collections.abc import Iterator
from contextlib import contextmanager

import flint
from torch import Tensor

from tests.package.exact import Exact, exact

BITS = 800
ROUNDS = 400
HALF = flint.fmpq(1, 2)


@contextmanager
def many_bits() -> Iterator[None]:
    before, flint.ctx.prec = flint.ctx.prec, BITS
    try:
        yield
    finally:
        flint.ctx.prec = before


def identity(n: int) -> Exact:
    return Exact(n, n, [int(i == j) for i in range(n) for j in range(n)])


def rounded(x: flint.arb) -> flint.fmpq:
    """The middle of a ball, as the fraction that it is."""
    mantissa, exponent = (int(part) for part in x.mid().man_exp())
    return flint.fmpq(mantissa) * flint.fmpq(2) ** exponent


def fractions(A: flint.arb_mat) -> Exact:
    return Exact(A.nrows(), A.ncols(), [rounded(x) for x in A.entries()])


def negligible(step: flint.arb_mat, X: flint.arb_mat) -> bool:
    """Whether it is below 100 digits of X."""
    off, size = (sum((x * x for x in part.entries()), flint.arb(0)) for part in (step, X))
    return bool(off < size * flint.arb(2) ** -700)


def cholesky(S: Exact) -> Exact | None:
    """The lower triangular factor, or None where S is not positive definite."""
    n = S.nrows()
    with many_bits():
        L = flint.arb_mat(n, n)
        for j in range(n):
            pivot = flint.arb(S[j, j]) - sum((L[j, k] * L[j, k] for k in range(j)), flint.arb(0))
            if not pivot > 0:
                return None
            L[j, j] = pivot.sqrt()
            for i in range(j + 1, n):
                done = sum((L[i, k] * L[j, k] for k in range(j)), flint.arb(0))
                L[i, j] = (flint.arb(S[i, j]) - done) / L[j, j]
        return fractions(L)


def roots(S: Exact) -> tuple[Exact, Exact] | None:
    """The square root of a positive definite matrix, and its inverse (Denman & Beavers)."""
    if cholesky(S) is None:
        return None
    with many_bits():
        power = round(float(flint.arb(max(S.entries())).log())) // 2  # of e², near enough to S
        scale = rounded(flint.arb(power).exp())
        Y, Z = flint.arb_mat(S / (scale * scale)), flint.arb_mat(identity(S.nrows()))
        for _ in range(ROUNDS):
            step = ((Y - Z.inv()) * HALF).mid()
            Y, Z = (Y - step).mid(), ((Z + Y.inv()) * HALF).mid()
            if negligible(step, Y):
                return fractions(Y) * scale, fractions(Z) / scale
    raise ArithmeticError("Newton's iteration has not converged")


def polar(M: Tensor) -> Exact | None:
    """M (MᵀM)^(−½), or None where M has not full rank; of a symmetric M the sign."""
    A = exact(M)
    found = roots(A.transpose() * A)
    return None if found is None else A * found[1]


def sign(M: Tensor) -> Exact | None:
    """The sign of any square M, or None where Newton's iteration has no end: at the axis."""
    A = exact(M)
    largest = max(abs(x) for x in A.entries())
    with many_bits():
        X = flint.arb_mat(A / largest if largest else A)
        for _ in range(ROUNDS):
            try:
                step = ((X - X.inv()) * HALF).mid()
            except ZeroDivisionError:
                return None
            X = (X - step).mid()
            if negligible(step, X):
                return fractions(X)
    return None


def qr(M: Tensor) -> tuple[Exact, Exact] | None:
    """Q and R with a positive diagonal, or None where M has not full rank."""
    A = exact(M)
    L = cholesky(A.transpose() * A)
    return None if L is None else (A * L.transpose().inv(), L.transpose())


def sylvester(A: Tensor, B: Tensor, C: Tensor) -> Exact | None:
    """The X with A X + X B = C, or None where it is not determined."""
    a, b, c = exact(A), exact(B), exact(C)
    m, n = c.nrows(), c.ncols()
    K = Exact(m * n, m * n)
    for i in range(m):
        for j in range(n):
            for k in range(m):
                K[i * n + j, k * n + j] += a[i, k]
            for k in range(n):
                K[i * n + j, i * n + k] += b[k, j]
    if K.det() == 0:
        return None
    x = K.solve(Exact(m * n, 1, c.entries()))
    return Exact(m, n, x.entries())
