"""The singular value decomposition: the rotation V after which M V has orthogonal columns."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from gdinverse import proof
from gdinverse.core.result import Result
from gdinverse.core.surroundings import full_precision
from gdinverse.core.tensors import as_matrix, eye_like, random_matrices, sound, times_power
from gdinverse.operations.rotation import Rotation, decomposed, lengths, mixing, to_unit
from gdinverse.optimizers.orthogonal_gradient import off_diagonal
from gdinverse.signs import fix_signs


class SVDValue(NamedTuple):
    """U diag(S) Vh, with the names and shapes of torch.linalg.svd(M, full_matrices=False)."""

    U: Tensor
    S: Tensor
    Vh: Tensor


class SVD(Rotation):
    """Find the V for which VᵀMᵀM V is diagonal: the right singular vectors of M.

    Parameters
    ----------
    M : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64; of any shape and rank.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix.

    Notes
    -----
    M is mixed by a fixed rotation and reduced by two QR decompositions to a square `core` of size
    k = min(m, n), whose columns are roughly sorted already. V turns the core. Afterwards a third
    QR, of the sorted core V, gives U, and S from its diagonal.

    References
    ----------
    Hestenes (1958), Inversion of matrices by biorthogonalization and related results. Drmač &
    Veselić (2008), New fast and accurate Jacobi SVD algorithm I, for QR before rotations.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.SVD([[3.0, 0.0], [4.0, 5.0]])
    >>> gd.minimize(problem, gd.OrthogonalGradient).value.S
    tensor([6.7082, 2.2361], dtype=torch.float64)
    """

    def __init__(self, M: Any) -> None:
        super().__init__()
        M = as_matrix(M)
        self.register_buffer("M", M)
        self.wide = M.shape[-2] < M.shape[-1]
        scaled, exponents = to_unit(M.mT if self.wide else M)
        self.register_buffer("exponents", exponents)
        X = mixing(scaled.shape[-1], scaled)
        self.left: Tensor
        self.right: Tensor
        with full_precision(M.device):
            left, R = torch.linalg.qr(scaled @ X)
            right, L = torch.linalg.qr(R.mT)
            right = X @ right
        self.register_buffer("left", left)
        self.register_buffer("right", right)
        self.register_buffer("core", L.mT.contiguous())
        self.V = nn.Parameter(eye_like(L).expand(L.shape).clone())

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> SVD:
        return cls(random_matrices(*batch, 5, 4).to(dtype))

    def to_answer(self) -> None:
        self.restore([torch.linalg.svd(self.core).Vh.mT])

    def turned(self, V: Tensor) -> Tensor:
        W = self.core @ V
        return W.mT @ W

    def distance(self, G: Tensor) -> Tensor:
        """‖G_ij / max(dᵢ, dⱼ)‖/max d with the column lengths d: to first order ‖M − U S Vᵀ‖/σ₁."""
        lengths = G.diagonal(dim1=-2, dim2=-1).clamp(min=0).sqrt()
        longer = torch.maximum(lengths.unsqueeze(-1), lengths.unsqueeze(-2))
        part = torch.where(longer > 0, off_diagonal(G) / longer, 0)
        longest = lengths.amax(-1)
        size = torch.linalg.vector_norm(part, dim=(-2, -1))
        return torch.where(longest > 0, size / longest, 0)

    def _off_by(self, V: Tensor, off: Tensor) -> Tensor:
        """|σ² − d²| ≤ off by Weyl, so |σ − d| ≤ off/d, and ≤ √off where d is small."""
        shortest = lengths(self.core @ V).amin(-1).double()
        return off / torch.maximum(off.sqrt(), shortest)

    def _scale(self, size: Tensor) -> Tensor:
        return size.square()

    @torch.no_grad()
    def value(self) -> SVDValue:
        """U, S, Vh; S descends, signs and ties by `fix_signs`."""
        V = self.rotation()
        W = self.core @ V
        order = lengths(W).argsort(-1, descending=True)
        U, R = torch.linalg.qr(columns(W, order))
        S, again = R.diagonal(dim1=-2, dim2=-1).abs().sort(-1, descending=True)
        U = U * torch.where(R.diagonal(dim1=-2, dim2=-1) < 0, -1, 1).to(U.dtype).unsqueeze(-2)
        U, V = self.left @ columns(U, again), self.right @ columns(columns(V, order), again)
        if self.wide:
            U, V = V, U
        V, U = fix_signs(V, S, U)
        S = times_power(S.unsqueeze(-2), self.exponents).squeeze(-2)
        valid = self.finite()[..., None]
        S = torch.where(valid, S, torch.nan)
        U, V = (torch.where(valid[..., None], A, torch.nan) for A in (U, V))
        return SVDValue(U, S, V.mT)

    def values_of(self, value: SVDValue) -> Tensor:
        return value.S

    def error_bound(self) -> Tensor:
        """How far any singular value is off, relative to the largest: `proof.svd_bounds`."""
        return proof.svd_bounds(self.M, *self.value()).relative

    def exact(self) -> SVDValue:
        U, S, Vh = torch.linalg.svd(sound(self.M), full_matrices=False)
        V, U = fix_signs(Vh.mT, S, U)
        return SVDValue(U, S, V.mT)


def columns(A: Tensor, order: Tensor) -> Tensor:
    """The columns of A in another order."""
    return A.gather(-1, order.unsqueeze(-2).expand(A.shape))


def svd(M: Any, **options: Any) -> Result:
    """The singular value decomposition M = U diag(S) Vh, by descent on the orthogonal group.

    Parameters
    ----------
    M : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64; of any shape and rank.
    **options
        tolerance, max_steps, callback, progress and true_error as in `minimize`.

    Returns
    -------
    Result
        `value.U` (..., m, k), `value.S` (..., k), descending, and `value.Vh` (..., k, n), with
        k = min(m, n). `error_bound` is on the singular values, relative to the largest: no value
        is farther off than that. Bounds for each value and each vector: `proof.svd_bounds`, as
        below. Signs and ties are settled by `fix_signs`.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, and for an optimizer of torch.

    Notes
    -----
    The method and its sources are with `OrthogonalGradient` and `SVD`. Other optimizers find an
    SVD through `PenaltySVD`.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> M = gd.matrices.random_2020()
    >>> result = gd.svd(M)
    >>> result
    Result(converged after 5 steps, relative error at most ...e-15)
    >>> U, S, Vh = result.value
    >>> bool((U @ torch.diag(S) @ Vh - M).norm() < 1e-14)
    True
    >>> bounds = gd.proof.svd_bounds(M, U, S, Vh)
    >>> bool((bounds.values < 1e-14).all() and (bounds.vectors < 1e-12).all())
    True
    """
    return decomposed(SVD(M), options)
