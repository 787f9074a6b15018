"""The Cholesky factor: the lower triangle whose product with its transpose is the matrix."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse.atlas.positive import Positive
from gdinverse.atlas.triangular import Triangular, factor_bound
from gdinverse.core.result import Result
from gdinverse.core.run import minimize
from gdinverse.core.tensors import eye_like, plus_product, sound
from gdinverse.optimizers import RelativeGradient
from gdinverse.proof import Ball, over
from gdinverse.rates import lower_half


class Cholesky(Triangular, Positive):
    """Find the lower triangular L with a positive diagonal for which L Lᵀ = S.

    The loss is the mean of the squared entries of L Lᵀ − S, where L is the lower triangle of the
    unknown X. It is 0 for all 2ⁿ choices of signs on the diagonal, and its gradient is 0 at X = 0.

    Parameters
    ----------
    S : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64. Symmetric up to rounding; its lower triangle is what counts.

    Raises
    ------
    TypeError, ValueError
        For input that is no real symmetric matrix.

    Notes
    -----
    The relative step keeps Z lower triangular and X = S Zᵀ: with Φ the lower triangle of R =
    I − Z X, half its diagonal, Z ← (I + Φ) Z. Such a step turns the eigenvectors of R, and is
    never stretched.

    For the bound, S = L (I + G) Lᵀ with G = L⁻¹(S − L Lᵀ)L⁻ᵀ, so the factor is L C for I + G =
    C Cᵀ, and C is near I by `factor_bound`, where the diagonal of L is positive.

    References
    ----------
    Sun (1991), Perturbation bounds for the Cholesky and QR factorizations, theorem 1.1.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.Cholesky([[4.0, 2.0], [2.0, 10.0]])
    >>> gd.minimize(problem, gd.RelativeGradient).value
    tensor([[2., 0.],
            [1., 3.]], dtype=torch.float64)

    Explained in [The Cholesky factor](../atlas/cholesky.py).
    """

    def unknown(self) -> Tensor:
        return self.X.detach().tril()

    def residual(self) -> Tensor:
        L = self.X.tril()
        return L @ L.mT - self.core

    @torch.no_grad()
    def multiply(self, a: Tensor | float, T: Tensor) -> None:
        """Let T = R/2 in, as Φ(R)."""
        (Z, Y), P = self.pair(), lower_half(2 * T)
        Z.copy_(plus_product(Z, P, Z))
        Y.copy_(plus_product(Y, Y, P.mT))

    def first_deviation(self, start: list[Tensor]) -> Tensor:
        Z, Y = self.guess()
        return eye_like(Z).double() - Z.double() @ Y.double()

    def correction(self, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        L = Ball.exact(high, low)
        C, bound = triangular_defect(L, self.ball() - L @ L.mT)
        return high @ C, bound * L.norm

    def exact(self) -> Tensor:
        return torch.linalg.cholesky_ex(sound(self.M)).L


def triangular_defect(L: Ball, E: Ball) -> tuple[Tensor, Tensor]:
    """How far the factor of L Lᵀ + E is from L, as K with L + L K, and a bound on ‖K‖."""
    eye = Ball.eye(L.high)
    W = torch.linalg.solve_triangular(L.high, eye.high, upper=False)
    W = Ball.exact(W.nan_to_num(0, 0, 0))
    off = (eye - W @ L).norm  # L⁻¹ = (I − off)⁻¹ W
    G = (W @ E @ W.mT).sym
    g = over(G.norm, (1 - off).square() * (off < 1))
    k = factor_bound(g)
    positive = (L.high.diagonal(dim1=-2, dim2=-1) > 0).all(-1)
    return lower_half(G.high), torch.where(positive, k, torch.inf)


def cholesky(S: Any, **options: Any) -> Result:
    """The Cholesky factor of a positive definite matrix, with a proven error bound.

    Parameters
    ----------
    S : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64; symmetric.
    **options
        As in `sqrtm`, without scaled.

    Returns
    -------
    Result
        `value` is the lower triangular L with L Lᵀ = S, as of `torch.linalg.cholesky`. Where S is
        not positive definite, the status is `indefinite`, with a witness.

    Raises
    ------
    TypeError, ValueError
        For input that is no real symmetric matrix; for scaled=True.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.cholesky([[2.0, 1.0], [1.0, 2.0]])
    Result(converged after 6 steps, relative error at most ...e-17)

    Explained in [The Cholesky factor](../atlas/cholesky.py).
    """
    return minimize(Cholesky(S), RelativeGradient, **options)
