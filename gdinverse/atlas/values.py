"""What singular values and eigenvalues say, each number with a bound of its own."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from gdinverse import proof
from gdinverse.atlas.cholesky import cholesky
from gdinverse.core.tensors import as_matrix, eye_like, sound, times_power, wide
from gdinverse.operations.eigh import eigh, symmetric
from gdinverse.operations.rotation import to_unit
from gdinverse.operations.svd import SVDValue, svd
from gdinverse.proof import Ball, norm_up, over
from gdinverse.proof.error_free import SAFETY, SMALLEST_NORMAL, U


class Bounded(NamedTuple):
    """A value, and how far it is from the true one at most; inf where nothing is proven."""

    value: Any
    error_bound: Tensor


def proven(value: Tensor, bound: Tensor) -> Bounded:
    """Matrices with their bounds: nan, and inf, where nothing is proven."""
    bound = bound.nan_to_num(torch.inf, torch.inf)
    return Bounded(torch.where(wide(bound) < torch.inf, value, torch.nan), bound)


def _singular_values(M: Tensor) -> tuple[SVDValue, Tensor]:
    found = svd(M).value
    return found, proof.svd_bounds(M, *found).values


def matrix_norm(M: Any, ord: int = 2) -> Bounded:  # noqa: A002
    """The 2-norm of a matrix, its largest singular value, with an absolute bound.

    Parameters
    ----------
    M : Tensor of shape (..., m, n), or whatever becomes one
    ord : 2
        No other norm needs an optimization.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> norm = gd.matrix_norm([[3.0, 0.0], [4.0, 5.0]])
    >>> f"{norm.value:.4f}", bool(norm.error_bound < 1e-13)  # √45
    ('6.7082', True)
    """
    if ord != 2:
        raise ValueError(f"ord={ord}: the 2-norm alone is found by descent; torch has the others")
    found, bounds = _singular_values(as_matrix(M))
    return Bounded(found.S[..., 0], bounds[..., 0])


def cond(M: Any) -> Bounded:
    """The condition number σ₁/σₙ, with an absolute bound.

    Examples
    --------
    >>> import gdinverse as gd
    >>> kappa = gd.cond(gd.matrices.hilbert(4))
    >>> f"{kappa.value:.3f}", bool(kappa.error_bound < 1e-4)
    ('15513.739', True)
    """
    found, bounds = _singular_values(as_matrix(M))
    S = found.S.double()
    value = (S[..., 0] / S[..., -1]).to(found.S.dtype)
    highest = over(S[..., 0] + bounds[..., 0], S[..., -1] - bounds[..., -1])
    lowest = (S[..., 0] - bounds[..., 0]) / (S[..., -1] + bounds[..., -1])
    kappa = value.double()
    off = torch.maximum(highest - kappa, kappa - lowest) + 4 * U * kappa
    return Bounded(value, off.nan_to_num(torch.inf, torch.inf) * SAFETY)


def matrix_rank(M: Any, tol: Any = None) -> Bounded:
    """How many singular values are above a tolerance, and how many of them are undecided.

    Parameters
    ----------
    M : Tensor of shape (..., m, n), or whatever becomes one
    tol : float or Tensor of shape (...), optional
        By default max(m, n) ε σ₁, as in `torch.linalg.matrix_rank`.

    Returns
    -------
    Bounded
        `value` is the count. `error_bound` counts the singular values that are nearer to the
        tolerance than their own bound; where it is 0, the count is proven.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> rank = gd.matrix_rank(torch.ones(3, 2), tol=1e-6)
    >>> int(rank.value), int(rank.error_bound)
    (1, 0)
    """
    M = as_matrix(M)
    found, bounds = _singular_values(M)
    S = found.S.double()
    if tol is None:
        tol = max(M.shape[-2:]) * torch.finfo(M.dtype).eps * S[..., 0]
    apart = S - torch.as_tensor(tol, dtype=torch.float64, device=S.device)[..., None]
    undecided = ~(apart.abs() > bounds * SAFETY)
    return Bounded((apart > 0).sum(-1), undecided.sum(-1))


def low_rank(M: Any, rank: int) -> Bounded:
    """The nearest matrix of a rank, as factors, and how much farther than the nearest it is.

    Returns
    -------
    Bounded
        `value` is U, S, Vh with `rank` columns, numbers and rows. Their product is at most
        `error_bound` farther from M, in the Frobenius norm, than any matrix of that rank.

    References
    ----------
    Eckart & Young (1936), The approximation of one matrix by another of lower rank.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> near = gd.low_rank(gd.matrices.hilbert(5), 2)
    >>> near.value.S.shape, bool(near.error_bound < 1e-10)
    (torch.Size([2]), True)
    """
    M = as_matrix(M)
    if not 1 <= rank <= min(M.shape[-2:]):
        raise ValueError(f"rank={rank}: M is {M.shape[-2]}×{M.shape[-1]}, so choose 1 to "
                         f"{min(M.shape[-2:])}")  # fmt: skip
    core, e = to_unit(M.double())
    found, bounds = _singular_values(core.to(M.dtype).double())
    U_, S, Vh = found.U[..., :rank], found.S[..., :rank], found.Vh[..., :rank, :]
    product = Ball.exact(U_) @ Ball.exact(torch.diag_embed(S)) @ Ball.exact(Vh)
    least = proof.norm_down((found.S - bounds)[..., rank:].clamp(min=0), -1)
    farther = ((Ball.exact(core) - product).norm - least) * SAFETY + U * least
    S = times_power(S.unsqueeze(-2), e).squeeze(-2)
    return Bounded(SVDValue(U_, S, Vh), torch.ldexp(farther, e) + SMALLEST_NORMAL)


def nearest_positive_semidefinite(A: Any) -> Bounded:
    """The positive semidefinite matrix nearest to a symmetric one, with an absolute bound.

    Notes
    -----
    With A = V Λ Vᵀ + E it is near X = V max(Λ, 0) Vᵀ. The projection moves no two matrices apart,
    and with c = ‖I − VᵀV‖ an orthogonal matrix is within c of V, so that the error is at most
    ‖E‖ + 2 (2c + c²)‖Λ‖, and what rounding X adds.

    References
    ----------
    Higham (2008), Functions of matrices, section 8.1, for the orthogonal matrix near V.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> near = gd.nearest_positive_semidefinite([[0.0, 2.0], [2.0, 0.0]])
    >>> near.value
    tensor([[1.0000, 1.0000],
            [1.0000, 1.0000]], dtype=torch.float64)
    >>> bool(near.error_bound < 1e-14)
    True
    """
    A = symmetric(A)
    core, e = to_unit(A)
    values, V = (part.double() for part in eigh(core).value)
    V = V.nan_to_num(0)
    X = ((V * values.clamp(min=0).unsqueeze(-2)) @ V.mT).to(A.dtype)
    V_ = Ball.exact(V)

    def product(diagonal: Tensor) -> Ball:
        return V_ @ Ball.exact(torch.diag_embed(diagonal)) @ V_.mT

    c = (Ball.eye(V) - V_.mT @ V_).norm
    E = (Ball.exact(sound(A) * 0 + times_power(sound(A), -e)) - product(values)).norm
    off = E + 2 * (2 * c + c * c) * norm_up(values, -1)
    off = off + (Ball.exact(X) - product(values.clamp(min=0))).norm
    value = times_power(X, e)
    lost = norm_up(times_power(value.double(), -e) - X.double())
    return Bounded(value, torch.ldexp((off + lost) * SAFETY, e) + SMALLEST_NORMAL)


def generalized_eigvalsh(A: Any, B: Any) -> Bounded:
    """The λ with A v = λ B v for a symmetric A and a positive definite B, each with its bound.

    Returns
    -------
    Bounded
        Ascending values (..., n), and an absolute bound for each.

    Notes
    -----
    With W about L⁻¹ for B = L Lᵀ, C = W A Wᵀ and W B Wᵀ = I + F, the λ are θ times the
    eigenvalues of C, with 1/(1 + f) ≤ θ ≤ 1/(1 − f) for f = ‖F‖ < 1.

    References
    ----------
    Ostrowski (1959), A quantitative formulation of Sylvester's law of inertia.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> found = gd.generalized_eigvalsh([[2.0, 0.0], [0.0, 3.0]], [[1.0, 0.0], [0.0, 2.0]])
    >>> found.value
    tensor([1.5000, 2.0000], dtype=torch.float64)
    >>> bool((found.error_bound < 1e-14).all())
    True
    """
    A, B = symmetric(A), symmetric(B)
    (a, d), (b, e) = to_unit(A.double()), to_unit(B.double())
    eye = eye_like(b).expand_as(b)
    W = torch.linalg.solve_triangular(cholesky(b).value, eye, upper=False)
    W = Ball.exact(W.nan_to_num(0, 0, 0))
    f = (W @ Ball.exact(b) @ W.mT - Ball.eye(b)).norm
    C = (W @ Ball.exact(a) @ W.mT).sym
    values, V = eigh(C.high).value
    hidden = norm_up(C.low.abs() + C.radius)[..., None]
    off = proof.eigh_bounds(C.high, values, V).values + hidden
    off = off + (values.abs() + off) * over(f, 1 - f)[..., None]
    value = times_power(values.unsqueeze(-2), d - e).squeeze(-2).to(A.dtype)
    lost = (times_power(value.double().unsqueeze(-2), e - d).squeeze(-2) - values).abs()
    bound = torch.ldexp((off + lost) * SAFETY, (d - e)[..., None]) + SMALLEST_NORMAL
    return Bounded(value, bound.nan_to_num(torch.inf, torch.inf))
