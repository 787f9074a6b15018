"""The square root of a positive definite matrix, and its inverse."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse.atlas.positive import Positive, anticommuted, root_of
from gdinverse.core.result import Result
from gdinverse.core.run import minimize
from gdinverse.core.tensors import eye_like, sound
from gdinverse.optimizers import RelativeGradient
from gdinverse.proof import Ball, over


class SquareRoot(Positive):
    """Find the positive definite X with X X = S, for a positive definite S.

    The loss is the mean of the squared entries of X X − S. It is 0 at every root of S, of which
    there are 2ⁿ and more; the bound is that of the positive definite one.

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
    Each eigenvalue f of X X S⁻¹ goes its own way, f ← f (3 − f)²/4. With P the root, E = S − X X
    and D = P − X, P D + D X = E, and its scalar product with D gives

        ‖P − X‖ ≤ ‖E‖/(λ_min(P) + λ_min(sym X)),    λ_min(P) = √λ_min(S).

    References
    ----------
    van Hemmen & Ando (1980), An inequality for trace ideals. Higham (2008), Functions of
    matrices, theorem 6.2 and section 6.7.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.SquareRoot([[5.0, 4.0], [4.0, 5.0]])
    >>> gd.minimize(problem, gd.RelativeGradient).value
    tensor([[2., 1.],
            [1., 2.]], dtype=torch.float64)

    Explained in [The square root, and whitening](../atlas/root.py).
    """

    def residual(self) -> Tensor:
        return self.X @ self.X - self.core

    def correction(self, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        X, S = Ball.exact(high, low), self.ball()
        E = S - X @ X
        bound = over(E.norm, root_of(S.lowest) + X.lowest)
        return anticommuted(X.sym.high, E.high), bound

    def exact(self) -> Tensor:
        values, V = torch.linalg.eigh(sound(self.M))
        return V * values.sqrt().unsqueeze(-2) @ V.mT


class InverseSquareRoot(Positive):
    """Find the positive definite X with X S X = I, for a positive definite S.

    The loss is the mean of the squared entries of X S X − I. Parameters and errors are those of
    `SquareRoot`.

    Notes
    -----
    With P = S^(−½), F = I − X S X and D = P − X, from P S P = I follows

        P S P − X S X = (P S) D + D (S X) = F,    P S = S^(½),

    and its scalar product with D gives ‖P − X‖ ≤ ‖F‖/(√λ_min(S) + λ_min(sym S X)).

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.InverseSquareRoot([[5.0, 4.0], [4.0, 5.0]])
    >>> gd.minimize(problem, gd.RelativeGradient).value
    tensor([[ 0.6667, -0.3333],
            [-0.3333,  0.6667]], dtype=torch.float64)

    Explained in [The square root, and whitening](../atlas/root.py).
    """

    degree = -1

    def residual(self) -> Tensor:
        return self.X @ self.core @ self.X - eye_like(self.X)

    def correction(self, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        X, S = Ball.exact(high, low), self.ball()
        Y = S @ X
        F = Ball.eye(high) - X @ Y
        bound = over(F.norm, root_of(S.lowest) + Y.lowest)
        return anticommuted(Y.sym.high, F.high), bound

    def exact(self) -> Tensor:
        values, V = torch.linalg.eigh(sound(self.M))
        return V * values.rsqrt().unsqueeze(-2) @ V.mT


def sqrtm(S: Any, **options: Any) -> Result:
    """The square root of a positive definite matrix, with a proven error bound.

    Parameters
    ----------
    S : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64; symmetric.
    **options
        tolerance, max_steps, callback, progress, true_error and scaled as in `minimize` and
        `RelativeGradient`.

    Returns
    -------
    Result
        `value` is the positive definite X with X X = S. Where S is not positive definite, the
        status is `indefinite`, and the witness a unit vector v for which vᵀS v shows it.

    Raises
    ------
    TypeError, ValueError
        For input that is no real symmetric matrix.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.sqrtm([[2.0, 1.0], [1.0, 2.0]])
    Result(converged after 4 steps, relative error at most ...e-17)
    >>> gd.sqrtm([[1.0, 2.0], [2.0, 1.0]]).status.name
    'indefinite'

    Explained in [The square root, and whitening](../atlas/root.py).
    """
    return minimize(SquareRoot(S), RelativeGradient, **options)


def inv_sqrtm(S: Any, **options: Any) -> Result:
    """The inverse of the square root of a positive definite matrix, with a proven error bound.

    Parameters, statuses and errors are those of `sqrtm`; `value` is the positive definite X with
    X S X = I.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> result = gd.inv_sqrtm([[4.0, 0.0], [0.0, 16.0]])
    >>> result.value
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]], dtype=torch.float64)

    Explained in [The square root, and whitening](../atlas/root.py).
    """
    return minimize(InverseSquareRoot(S), RelativeGradient, **options)
