"""The polar factor: the orthogonal matrix that is nearest to a given one."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gdinverse.core.result import Result
from gdinverse.core.run import minimize
from gdinverse.core.tensors import (
    as_matrix,
    eye_like,
    norm,
    plus_product,
    random_matrices,
    sound,
    wide,
)
from gdinverse.operations.relative import Relative
from gdinverse.operations.rotation import to_unit
from gdinverse.optimizers import RelativeGradient
from gdinverse.proof import Ball, over
from gdinverse.proof.ball import times_inverse_root
from gdinverse.proof.error_free import SMALLEST_NORMAL


class Polar(Relative):
    """Find the X with orthonormal columns for which Xᵀ M is symmetric and positive.

    The loss is the mean of the squared entries of XᵀX − I. It knows that X is *some* matrix with
    orthonormal columns; that it is M's comes from the path, X₀ = M/‖M‖ and steps X (I + R/2), and
    is decided by the bound alone.

    Parameters
    ----------
    M : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64; m ≥ n, of full rank.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, or a wide one.

    Notes
    -----
    Each singular value goes its own way, σ ← σ (3 − σ²)/2. For the bound, Q = X (I − R)^(−½) is
    known as a ball, and M = Q (H + K) + N with H symmetric, K skew, QᵀN = 0, and h = λ_min(H) > 0.
    Of J = H + K = QᵀM the polar factor V is within ‖K‖/h of I. With M = U P and J = V P_J,
    P² − P_J² = NᵀN, so ‖P − P_J‖ ≤ ‖N‖²/2h. U is Q V P_J P⁻¹ in the space of Q, and N P⁻¹ outside
    of it, so

        ‖U − Q‖ ≤ (‖K‖ + ‖N‖)/h + ‖N‖²/2h².

    The correction turns Q by what solves H W + W H = 2K, and adds N H⁻¹.

    References
    ----------
    Li (1995), New perturbation bounds for the unitary polar factor, theorem 1. Higham (2008),
    Functions of matrices, chapter 8. Björck & Bowie (1971), An iterative algorithm for computing
    the best estimate of an orthogonal matrix.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.Polar([[0.0, -2.0], [3.0, 0.0]])
    >>> gd.minimize(problem, gd.RelativeGradient).value
    tensor([[ 0., -1.],
            [ 1.,  0.]], dtype=torch.float64)

    Explained in [The nearest orthogonal matrix](../atlas/polar.py).
    """

    power, deviation_ends = 2, True

    def __init__(self, M: Any) -> None:
        super().__init__()
        M = as_matrix(M).contiguous()
        if M.shape[-2] < M.shape[-1]:
            raise ValueError(f"M is {M.shape[-2]}×{M.shape[-1]}, a wide matrix: pass M.mT")
        self.M: Tensor
        self.core: Tensor
        self.register_buffer("M", M)
        self.register_buffer("core", to_unit(M)[0])  # by a power of two, which moves no digit
        size = norm(self.core).clamp(min=0.5).to(M.dtype)
        self.X = nn.Parameter(self.core / wide(size))

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> Polar:
        return cls(random_matrices(*batch, 4, 4).to(dtype))

    def deviation(self) -> Tensor:
        return plus_product(eye_like(self.X), self.X.mT, self.X, -1)

    @torch.no_grad()
    def multiply(self, a: Tensor | float, T: Tensor) -> None:
        self.X.copy_(plus_product(a * self.X, self.X, T))

    def spectrum(self, start: list[Tensor], v: Tensor) -> tuple[Tensor, Tensor]:
        _, sigma, Vh = torch.linalg.svd(sound(start[0]), full_matrices=False)
        return sigma.square(), (Vh @ v).squeeze(-1).square()

    def correction(self, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        X = Ball.exact(high, low)
        Q = times_inverse_root(X, Ball.eye(high) - X.mT @ X)
        M = Ball.exact(self.core).widened(norm(self.core) * 0 + SMALLEST_NORMAL)
        product = Q.mT @ M
        H, K = product.sym, product.skew
        values, V = torch.linalg.eigh(H.high.nan_to_num(0, 0, 0))
        turn = V.mT @ (2 * K.high) @ V / (values.unsqueeze(-1) + values.unsqueeze(-2))
        added, off = high @ V @ turn @ V.mT, over(K.norm, H.lowest)
        if high.shape[-2] > high.shape[-1]:  # else the columns of Q span everything
            N = M - Q @ product
            lean = N.high - high @ (high.mT @ N.high)
            added = added + lean @ V / values.unsqueeze(-2) @ V.mT
            outside = over(N.norm, H.lowest)
            off = off + outside + outside.square() / 2
        step = Q - X
        return step.high + added, step.norm + off

    def exact(self) -> Tensor:
        U, _, Vh = torch.linalg.svd(sound(self.M), full_matrices=False)
        return U @ Vh


def polar(M: Any, **options: Any) -> Result:
    """The orthogonal matrix nearest to M, by the relative gradient, with a proven error bound.

    Parameters
    ----------
    M : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64; m ≥ n, of full rank.
    **options
        tolerance, max_steps, callback, progress, true_error, scaled and schedule as in `minimize`
        and `RelativeGradient`.

    Returns
    -------
    Result
        `value` is U Vᵀ of M = U S Vᵀ, of shape (..., m, n). Where M has not full rank, it is not
        determined, and the status `undecided`.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, or a wide one.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.polar(gd.matrices.random_2020())
    Result(converged after 8 steps, relative error at most ...e-17)

    Explained in [The nearest orthogonal matrix](../atlas/polar.py).
    """
    return minimize(Polar(M), RelativeGradient, **options)
