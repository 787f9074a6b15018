"""Matrices known up to a radius, so that a bound is written as its formula.

A `Ball` is an unevaluated sum of two float64 matrices and a radius for every entry: all matrices
that differ from the sum by no more. The result of an operation on balls contains the result of
that operation on all their members, rounding included, and a product has twice float64's digits.

Scale by a power of two to bring what is given near 1: what overflows has no bound, and what
underflows is in the radius.

Examples
--------
How far is X from the orthogonal matrix nearest to it, Q = X (XᵀX)^−½? With R = I − XᵀX and
r = ‖R‖ < 1, Q − X = X (R/2 + ⅜R² + …), and what is left out is at most ‖X‖ ⅜r²/(1 − r).

>>> X = Ball.exact(torch.tensor([[0.6, -0.8], [0.8, 0.61]]))
>>> Q = times_inverse_root(X, Ball.eye(X.high) - X.mT @ X)
>>> bool(Q.radius.max() < 2e-4), bool((Q - X).norm < 0.01)
(True, True)

M = Q (H + K) with H symmetric and K skew has its polar factor within ‖K‖/λ_min(H) of Q:

>>> M = X @ Ball.exact(torch.tensor([[2.0, 1.0], [1.0, 3.0]]))
>>> H, K = (Q.mT @ M).sym, (Q.mT @ M).skew
>>> f"{(Q - X).norm + over(K.norm, H.lowest):.4f}"  # the true distance is 0.0083
'0.0105'

`over` gives inf where its denominator is not positive: no bound can come out negative.

References
----------
Rump (2010), Verification methods, Acta Numerica 19, sections 5 and 10.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .error_free import SAFETY, SMALLEST_NORMAL, U, gamma, norm_up, over, two_product, two_sum
from .residual import doubled_residual
from .spectral import eigh_bounds

__all__ = ["Ball", "over", "times_inverse_root"]


@dataclass(frozen=True)
class Ball:
    """All matrices within `radius` of high + low, entry by entry.

    Attributes
    ----------
    high, low, radius : float64 Tensor of shape (..., m, n)
        low is what high could not hold. A radius that is nan or infinite says nothing.
    """

    high: Tensor
    low: Tensor
    radius: Tensor

    @classmethod
    def exact(cls, high: Tensor, low: Tensor | None = None) -> "Ball":
        """The one matrix high + low."""
        high = high.double()
        zero = torch.zeros_like(high)
        return cls(high, zero if low is None else low, zero)

    @classmethod
    def eye(cls, A: Tensor) -> "Ball":
        """The identity with as many rows as A has columns, for each matrix of A's batch."""
        n = A.shape[-1]
        eye = torch.eye(n, dtype=torch.float64, device=A.device)
        return cls.exact(eye.expand(*A.shape[:-2], n, n))

    @classmethod
    def _sum(cls, high: Tensor, low: Tensor, radius: Tensor) -> "Ball":
        """High + low, where the last operation on `low` was rounded."""
        return cls(*two_sum(high, low), (radius + U * low.abs()) * SAFETY)

    def __add__(self, other: "Ball") -> "Ball":
        high, rest = two_sum(self.high, other.high)
        lows = self.low + other.low
        return Ball._sum(high, rest + lows, self.radius + other.radius + U * lows.abs())

    def __neg__(self) -> "Ball":
        return Ball(-self.high, -self.low, self.radius)

    def __sub__(self, other: "Ball") -> "Ball":
        return self + -other

    def __mul__(self, factor: float | Tensor) -> "Ball":
        """Multiply every entry by a number that is exact."""
        c = torch.as_tensor(factor, dtype=torch.float64, device=self.high.device)
        high, rest = two_product(self.high, c)
        low = self.low * c
        radius = self.radius * c.abs() + U * low.abs() + 8 * SMALLEST_NORMAL
        return Ball._sum(high, rest + low, radius)

    def __matmul__(self, other: "Ball") -> "Ball":
        """(H₁ + L₁) H₂ in doubled precision, H₁ L₂ in float64, and L₁ L₂ into the radius."""
        n, zero = self.high.shape[-1], self.high.new_zeros(())
        high, low, slack = doubled_residual(zero, -self.high, other.high, -self.low)
        cross = gamma(n + 4) * self.high.abs() + self.low.abs()
        size, others = (ball.high.abs() + ball.low.abs() for ball in (self, other))
        left = torch.cat((size, self.radius, cross), -1)
        right = torch.cat((other.radius, others + other.radius, other.low.abs()), -2)
        radius = slack + left @ right + 4 * n * SMALLEST_NORMAL
        return Ball._sum(high, low + self.high @ other.low, radius)

    @property
    def mT(self) -> "Ball":  # noqa: N802
        """The transpose."""
        return Ball(self.high.mT, self.low.mT, self.radius.mT)

    @property
    def sym(self) -> "Ball":
        """The symmetric part."""
        return (self + self.mT) * 0.5

    @property
    def skew(self) -> "Ball":
        """The part that changes its sign when transposed."""
        return (self - self.mT) * 0.5

    def widened(self, by: Tensor) -> "Ball":
        """Add to each matrix all those of norm ≤ `by`, of shape (...)."""
        return Ball(self.high, self.low, (self.radius + by[..., None, None]) * SAFETY)

    @property
    def norm(self) -> Tensor:
        """An upper bound on the Frobenius norm, of shape (...); inf where nothing is known."""
        rest = norm_up(self.low.abs() + self.radius)
        return ((norm_up(self.high) + rest) * SAFETY).nan_to_num(torch.inf, torch.inf)

    @property
    def lowest(self) -> Tensor:
        """A lower bound on the smallest eigenvalue of the symmetric part, of shape (...).

        −inf where nothing is known. By Weyl: an approximate eigendecomposition of the middle is
        bounded by `eigh_bounds`, and all else by its norm.
        """
        S = self.sym
        rest = norm_up(S.low.abs() + S.radius)
        known = rest.isfinite() & norm_up(S.high).isfinite()
        middle = torch.where(known[..., None, None], S.high, 0.0)
        values, vectors = torch.linalg.eigh(middle)
        off = eigh_bounds(middle, values, vectors).values[..., 0] + rest
        least = values[..., 0]
        return torch.where(known, least - (off + U * least.abs()) * SAFETY, -torch.inf)


def times_inverse_root(X: Ball, R: Ball) -> Ball:
    """X (I − R)^(−½), a matrix product with a series of which two terms are computed.

    Its other terms sum to ‖X‖ ⅜r²/(1 − r) at most, with r = ‖R‖; infinite from r = 1 on.
    """
    rest = over(X.norm * R.norm.square() * (3 / 8), 1 - R.norm)
    return (X + X @ R * 0.5).widened(rest)
