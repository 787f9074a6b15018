"""The sign of a symmetric matrix: +1 and −1 in place of its eigenvalues."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse.atlas.polar import Polar
from gdinverse.core.result import Result
from gdinverse.core.run import minimize
from gdinverse.core.tensors import eye_like, plus_product, random_matrices, sound
from gdinverse.operations.eigh import symmetric
from gdinverse.optimizers import RelativeGradient


class Sign(Polar):
    """Find the X with X X = I that has M's eigenvectors and the signs of its eigenvalues.

    The loss is the mean of the squared entries of X X − I. It is 0 at I, at −I, and at every other
    root of I; which of them is the sign, only the path from X₀ = M/‖M‖ knows, and the bound.

    Parameters
    ----------
    M : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64. Symmetric up to rounding; its lower triangle is what counts.

    Raises
    ------
    TypeError, ValueError
        For input that is no real symmetric matrix.

    Notes
    -----
    Each eigenvalue goes its own way, x ← x (3 − x²)/2. As M = sign(M) (M²)^½ is the one product
    of an orthogonal and a positive definite matrix that M is, the sign is the polar factor, and
    the bound that of `Polar`.

    References
    ----------
    Higham (2008), Functions of matrices, sections 5.3 and 8.1.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.minimize(gd.Sign([[3.0, 0.0], [0.0, -2.0]]), gd.RelativeGradient).value
    tensor([[ 1.,  0.],
            [ 0., -1.]], dtype=torch.float64)

    Explained in [The sign of a matrix](../atlas/sign.py).
    """

    def __init__(self, M: Any) -> None:
        super().__init__(symmetric(M))

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> Sign:
        M = random_matrices(*batch, 4, 4).to(dtype)
        return cls(M + M.mT)

    def deviation(self) -> Tensor:
        return plus_product(eye_like(self.X), self.X, self.X, -1)

    def exact(self) -> Tensor:
        values, V = torch.linalg.eigh(sound(self.M))
        return V * values.sign().unsqueeze(-2) @ V.mT


def sign(M: Any, **options: Any) -> Result:
    """The sign of a symmetric matrix, with a proven error bound.

    Parameters
    ----------
    M : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64; symmetric, of full rank.
    **options
        As in `polar`.

    Returns
    -------
    Result
        `value` is V sign(Λ) Vᵀ of M = V Λ Vᵀ. Where an eigenvalue is 0, or as good as 0, the sign
        is not determined, and the status `undecided`.

    Raises
    ------
    TypeError, ValueError
        For input that is no real symmetric matrix.

    Examples
    --------
    The trace counts: three eigenvalues, of which the sign says that two are positive.

    >>> import torch, gdinverse as gd
    >>> result = gd.sign([[2.0, 0.0, 0.0], [0.0, 1.0, 3.0], [0.0, 3.0, 1.0]])
    >>> result
    Result(converged after 5 steps, relative error at most ...)
    >>> round(result.value.trace().item())
    1

    Explained in [The sign of a matrix](../atlas/sign.py).
    """
    return minimize(Sign(M), RelativeGradient, **options)
