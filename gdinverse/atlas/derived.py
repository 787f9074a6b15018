"""Determinant and Procrustes rotation: what follows from a proven factor."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gdinverse import proof
from gdinverse.atlas.polar import polar
from gdinverse.atlas.qr import qr
from gdinverse.atlas.values import Bounded
from gdinverse.core.tensors import as_matrix, as_square_matrix, norm, sound
from gdinverse.operations.rotation import to_unit
from gdinverse.proof import Ball, over
from gdinverse.proof.error_free import SAFETY, U


class SlogdetValue(NamedTuple):
    """Sign and logarithm of the determinant's modulus, with the names of torch.linalg.slogdet."""

    sign: Tensor
    logabsdet: Tensor


def slogdet(M: Any) -> Bounded:
    """Sign and logarithm of a determinant, with an absolute bound on the logarithm.

    Notes
    -----
    |det M| is the product of R's diagonal, and each of its entries is within b‖R‖ of the true one.
    The sign is that of det Q. With Q = P L V + E and ‖E‖ below every singular value of Q, no
    matrix on the line from P L V to Q is singular, so its sign is that of the pivots.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> found = gd.slogdet([[0.0, 2.0], [3.0, 1.0]])
    >>> float(found.value.sign), f"{found.value.logabsdet:.4f}", bool(found.error_bound < 1e-14)
    (-1.0, '1.7918', True)
    """
    M = as_square_matrix(M).double()
    core, e = to_unit(M)
    result = qr(core)
    Q, R = result.value
    Q, r = sound(Q), R.diagonal(dim1=-2, dim2=-1)
    off = (result.error_bound * norm(R))[..., None] * SAFETY
    n, least = r.shape[-1], (r - off).amin(-1)
    log = r.log().sum(-1) + n * e.double() * math.log(2)
    size = r.log().abs().sum(-1) + n * e.abs()
    bound = over(off, r - off).sum(-1) + (2 * n + 8) * U * size
    P, L, V = torch.linalg.lu(Q)
    E = (Ball.exact(Q) - Ball.exact(P @ L) @ Ball.exact(V)).norm
    defect = (Ball.eye(Q) - Ball.exact(Q).mT @ Ball.exact(Q)).norm
    sign = torch.linalg.det(P).round() * V.diagonal(dim1=-2, dim2=-1).sign().prod(-1)
    sure = (E + defect < 1) & (least > 0)
    return Bounded(SlogdetValue(sign, log), torch.where(sure, bound * SAFETY, torch.inf))


def det(M: Any) -> Bounded:
    """The determinant, with a bound on its relative error.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> found = gd.det([[0.0, 2.0], [3.0, 1.0]])
    >>> f"{found.value:.4f}", bool(found.error_bound < 1e-14)
    ('-6.0000', True)
    """
    (sign, log), bound = slogdet(M)
    value = sign * log.exp()
    fits = (value.abs() > 2.0**-1000) & value.isfinite()
    return Bounded(value, torch.where(fits, torch.expm1(bound) * SAFETY + 8 * U, torch.inf))


def orthogonal_procrustes(A: Any, B: Any) -> Bounded:
    """The orthogonal Q that brings A Q nearest to B, with a bound on its relative error.

    Notes
    -----
    It is the polar factor of AᵀB. That product rounds by some δ, which moves the factor by
    2δ/(σₙ + σ̃ₙ) at most, for the least singular values of the two.

    References
    ----------
    Li (1995), New perturbation bounds for the unitary polar factor.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> A = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]], dtype=torch.float64)
    >>> quarter_turn = torch.tensor([[0.0, -1.0], [1.0, 0.0]], dtype=torch.float64)
    >>> found = gd.orthogonal_procrustes(A, A @ quarter_turn)
    >>> bool((found.value - quarter_turn).norm() < 1e-15), bool(found.error_bound < 1e-14)
    (True, True)
    """
    A, B = (to_unit(as_matrix(part, name).double())[0] for part, name in ((A, "A"), (B, "B")))
    M = A.mT @ B
    lost = (Ball.exact(A).mT @ Ball.exact(B) - Ball.exact(M)).norm
    result = polar(M)
    U_, S, Vh = torch.linalg.svd(sound(M))
    least = S[..., -1] - proof.svd_bounds(M, U_, S, Vh).values[..., -1]
    moved = over(2 * lost, 2 * least - lost) / M.shape[-1] ** 0.5
    return Bounded(result.value, (result.error_bound + moved) * SAFETY)
