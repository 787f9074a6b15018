"""The QR factorization: orthonormal columns, and the triangle that gives the matrix back."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from gdinverse.atlas.polar import Polar
from gdinverse.atlas.triangular import Triangular, factor_bound
from gdinverse.core.result import Result
from gdinverse.core.run import minimize
from gdinverse.core.tensors import eye_like, plus_product, relative_error, sound, times_power
from gdinverse.operations.rotation import to_unit
from gdinverse.optimizers import RelativeGradient
from gdinverse.proof import Ball, norm_down
from gdinverse.proof.error_free import SMALLEST_NORMAL, relative
from gdinverse.rates import lower_half

PASSES = 3  # each squares what is left of I in QᵀQ; three are enough for κ = 1e12


class QRValue(NamedTuple):
    """Q and R, with the names of torch.linalg.qr; the diagonal of R is positive."""

    Q: Tensor
    R: Tensor


class QR(Triangular, Polar):
    """Find the Q with orthonormal columns for which QᵀM is upper triangular, its diagonal > 0.

    The loss is the mean of the squared entries of QᵀQ − I. It knows nothing of M: that Q is M's
    comes from the path, Q₀ = M/‖M‖ and steps Q (I + Φ(R)ᵀ), each of which mixes a column with
    those before it alone.

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
    For any upper triangular T with a positive diagonal, M T = Q Cᵀ with C the Cholesky factor of
    I + G = (M T)ᵀ(M T), so M T is as near to Q as C to I (`factor_bound`). T is the inverse of
    the triangle that the iterate gives, and improved by T ← T (I − Φ(G)ᵀ).

    References
    ----------
    Sun (1991), Perturbation bounds for the Cholesky and QR factorizations, theorem 1.1.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> Q, R = gd.minimize(gd.QR([[0.0, 2.0], [3.0, 4.0]]), gd.RelativeGradient).value
    >>> Q
    tensor([[0., 1.],
            [1., 0.]], dtype=torch.float64)
    >>> R
    tensor([[3., 4.],
            [0., 2.]], dtype=torch.float64)

    Explained in [Orthonormal columns](../atlas/qr.py).
    """

    @torch.no_grad()
    def multiply(self, a: Tensor | float, T: Tensor) -> None:
        """Let T = R/2 in, as Φ(R)ᵀ."""
        self.X.copy_(plus_product(self.X, self.X, lower_half(2 * T).mT))

    def first_deviation(self, start: list[Tensor]) -> Tensor:
        X = start[0].double()
        return eye_like(X) - X.mT @ X

    def upper(self) -> Tensor:
        """The triangle of the scaled matrix that X gives, rounded once."""
        product = Ball.exact(self.X.detach()).mT @ Ball.exact(self.core)
        return product.high.triu().to(self.dtype)

    def near(self, X: Tensor) -> Ball:
        """The true Q as a ball, from the triangle that X gives; infinite where it gives none."""
        M = Ball.exact(self.core).widened(self.core.double()[..., 0, 0] * 0 + SMALLEST_NORMAL)
        eye = eye_like(X).expand(*X.shape[:-2], -1, -1)
        R = (X.mT @ self.core.double()).triu()
        T = Ball.exact(torch.linalg.solve_triangular(R, eye, upper=True).nan_to_num(0, 0, 0))
        for last in [False] * PASSES + [True]:
            Q = M @ T
            G = Q.mT @ Q - Ball.eye(X)
            if not last:
                T = T - T @ Ball.exact(lower_half(G.high).mT)
                T = Ball.exact(T.high.triu(), T.low.triu())
        positive = (T.high.diagonal(dim1=-2, dim2=-1) > 0).all(-1)
        return Q.widened(torch.where(positive, factor_bound(G.norm), torch.inf))

    def correction(self, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        off = self.near(high) - Ball.exact(high, low)
        return off.high, off.norm

    def upper_bound(self) -> Tensor:
        """The relative error of R at most, with what its own scale costs it."""
        R = times_power(self.value().R.double(), -to_unit(self.M)[1])
        Q = self.near(self.X.detach().double())
        off = Q.mT @ Ball.exact(self.core) - Ball.exact(R)
        return relative(off.norm, norm_down(R))

    @torch.no_grad()
    def error_bound(self) -> Tensor:
        return torch.maximum(super().error_bound(), self.upper_bound())

    @torch.no_grad()
    def finish(self) -> Tensor:
        return torch.maximum(super().finish(), self.upper_bound())

    def value(self) -> QRValue:  # type: ignore[override]
        return QRValue(self.unknown().clone(), times_power(self.upper(), to_unit(self.M)[1]))

    def exact(self) -> QRValue:  # type: ignore[override]
        Q, R = torch.linalg.qr(sound(self.M))
        signs = R.diagonal(dim1=-2, dim2=-1).sign()
        return QRValue(Q * signs.unsqueeze(-2), R * signs.unsqueeze(-1))

    def to_answer(self) -> None:
        self.restore([self.exact().Q.to(self.dtype)])

    def error_from(self, exact: QRValue) -> Tensor:
        """The larger one of the relative errors of Q and R."""
        return torch.maximum(*map(relative_error, self.value(), exact))


def qr(M: Any, **options: Any) -> Result:
    """The QR factorization with a positive diagonal, with a proven error bound.

    Parameters
    ----------
    M : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64; m ≥ n, of full rank.
    **options
        As in `polar`, without scaled.

    Returns
    -------
    Result
        `value.Q` (..., m, n) with orthonormal columns, `value.R` (..., n, n) upper triangular
        with a positive diagonal: `torch.linalg.qr` up to signs. `error_bound` is that of the
        worse of the two. Where M has not full rank, the status is `undecided`.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, or a wide one; for scaled=True.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.qr(gd.matrices.random_2020())
    Result(converged after 12 steps, relative error at most ...e-17)

    Explained in [Orthonormal columns](../atlas/qr.py).
    """
    return minimize(QR(M), RelativeGradient, **options)
