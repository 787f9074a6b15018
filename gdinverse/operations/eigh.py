"""Eigenvalues and eigenvectors of a symmetric matrix: the rotation that makes it diagonal."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from gdinverse import proof
from gdinverse.core.result import Result
from gdinverse.core.surroundings import full_precision
from gdinverse.core.tensors import as_square_matrix, finite, random_matrices, sound, times_power
from gdinverse.operations.rotation import Rotation, decomposed, mixing, to_unit
from gdinverse.optimizers.orthogonal_gradient import off_diagonal
from gdinverse.signs import fix_signs


class EighValue(NamedTuple):
    """Eigenvalues and eigenvectors, with the names and shapes of torch.linalg.eigh."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class Eigh(Rotation):
    """Find the V for which VᵀS V is diagonal: the eigenvectors of a symmetric S.

    Parameters
    ----------
    S : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64. Symmetric up to rounding; its lower triangle is what counts, as in
        `torch.linalg.eigh`.

    Raises
    ------
    TypeError, ValueError
        For input that is no real symmetric matrix.

    Notes
    -----
    V starts as the orthogonal factor of S X, for a fixed rotation X: one step of the power method
    with all vectors at once.

    References
    ----------
    Jacobi (1846), Über ein leichtes Verfahren, die in der Theorie der Säcularstörungen
    vorkommenden Gleichungen numerisch aufzulösen.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.Eigh([[2.0, 1.0], [1.0, 2.0]])
    >>> gd.minimize(problem, gd.OrthogonalGradient).value.eigenvalues
    tensor([1.0000, 3.0000], dtype=torch.float64)
    """

    def __init__(self, S: Any) -> None:
        super().__init__()
        M = symmetric(S)
        scaled, exponents = to_unit(M)
        self.register_buffer("exponents", exponents)
        self.register_buffer("M", M)
        self.register_buffer("core", scaled)
        with full_precision(M.device):
            Q = torch.linalg.qr(scaled @ mixing(M.shape[-1], M)).Q
        self.V = nn.Parameter(Q.contiguous())

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> Eigh:
        M = random_matrices(*batch, 4, 4).to(dtype)
        return cls(M + M.mT)

    def to_answer(self) -> None:
        self.restore([torch.linalg.eigh(self.core).eigenvectors])

    def turned(self, V: Tensor) -> Tensor:
        G = V.mT @ (self.core @ V)
        return (G + G.mT) / 2

    def distance(self, G: Tensor) -> Tensor:
        """‖off-diagonal part‖/largest value in modulus."""
        largest = G.diagonal(dim1=-2, dim2=-1).abs().amax(-1)
        size = torch.linalg.vector_norm(off_diagonal(G), dim=(-2, -1))
        return torch.where(largest > 0, size / largest, size)

    def _off_by(self, V: Tensor, off: Tensor) -> Tensor:
        """Weyl."""
        return off

    def _scale(self, size: Tensor) -> Tensor:
        return size

    @torch.no_grad()
    def value(self) -> EighValue:
        """Eigenvalues, ascending, and eigenvectors; signs and ties by `fix_signs`."""
        V = self.rotation()
        values, order = self.turned(V).diagonal(dim1=-2, dim2=-1).sort(-1)
        (V,) = fix_signs(V.gather(-1, order.unsqueeze(-2).expand(V.shape)), values)
        values = times_power(values.unsqueeze(-2), self.exponents).squeeze(-2)
        valid = self.finite()[..., None]
        return EighValue(
            torch.where(valid, values, torch.nan), torch.where(valid[..., None], V, torch.nan)
        )

    def values_of(self, value: EighValue) -> Tensor:
        return value.eigenvalues

    def error_bound(self) -> Tensor:
        """How far any eigenvalue is off, relative to the largest: `proof.eigh_bounds`."""
        return proof.eigh_bounds(self.M, *self.value()).relative

    def exact(self) -> EighValue:
        values, vectors = torch.linalg.eigh(sound(self.M))
        return EighValue(values, fix_signs(vectors, values)[0])


def symmetric(S: Any) -> Tensor:
    """The symmetric matrix of a lower triangle; what only looks like one is refused."""
    S = as_square_matrix(S, "S")
    M = S.tril() + S.tril(-1).mT
    exponents = to_unit(M)[1]
    apart = times_power(S, -exponents) - times_power(M, -exponents)
    worst = torch.where(finite(S, M), apart.abs().amax(dim=(-2, -1)), 0)
    limit = 8 * S.shape[-1] * torch.finfo(S.dtype).eps
    if (worst > limit).any():
        raise ValueError(
            f"S is not symmetric: S − Sᵀ is up to {float(worst.max()):.1e} of its largest entry. "
            "Its own eigenvalues are those of torch.linalg.eigvals, perhaps complex; "
            "(S + S.mT) / 2 is another matrix, with others, unless S is symmetric up to rounding; "
            "gd.svd finds singular values"
        )
    return M


def eigh(S: Any, **options: Any) -> Result:
    """Eigenvalues and eigenvectors of a symmetric matrix, by descent on the orthogonal group.

    Parameters
    ----------
    S : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64; symmetric.
    **options
        As in `svd`.

    Returns
    -------
    Result
        `value.eigenvalues` (..., n), ascending, and `value.eigenvectors` (..., n, n), one in each
        column. `error_bound` is on the eigenvalues, relative to the largest in modulus. Bounds
        for each value and each vector: `proof.eigh_bounds(S, *result.value)`.

    Raises
    ------
    TypeError, ValueError
        For input that is no real symmetric matrix.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> values, vectors = gd.eigh([[2.0, 1.0], [1.0, 2.0]]).value
    >>> values
    tensor([1.0000, 3.0000], dtype=torch.float64)
    >>> vectors
    tensor([[ 0.7071,  0.7071],
            [-0.7071,  0.7071]], dtype=torch.float64)
    """
    return decomposed(Eigh(S), options)
