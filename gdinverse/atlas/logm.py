"""The logarithm of a positive definite matrix: square roots until a short series is enough."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from gdinverse.atlas.positive import anticommuted, root_of
from gdinverse.atlas.root import sqrtm
from gdinverse.atlas.values import Bounded, proven
from gdinverse.core.tensors import eye_like, sound, times_power, wide
from gdinverse.operations.eigh import symmetric
from gdinverse.operations.rotation import to_unit
from gdinverse.proof import Ball, norm_up, over
from gdinverse.proof.error_free import SAFETY, SMALLEST_NORMAL, U
from gdinverse.proof.refine import refined

NEAR = 1 / 16  # ‖A − I‖ at which the series starts
TERMS = 15
COMMON = math.lcm(*range(1, TERMS + 1))  # makes whole numbers of 1, 1/2, …, 1/15
FAR = 64  # powers of two: beyond them a matrix is scaled


def logm(S: Any) -> Bounded:
    """The logarithm of a symmetric positive definite matrix, with an absolute bound.

    Parameters
    ----------
    S : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64. Symmetric up to rounding; its lower triangle is what counts.

    Returns
    -------
    Bounded
        `value`, float64, is the symmetric X with eˣ = S. Where S is not positive definite the
        bound is inf and the value nan.

    Raises
    ------
    TypeError, ValueError
        For input that is no real symmetric matrix.

    Notes
    -----
    log S = 2ᵏ log A with A the root of S taken k times, each known as a ball around two parts.
    With D = A − I and d = ‖D‖ < 1, log A = D − D²/2 + D³/3 − …, and what is left out after m terms
    is at most d^(m+1)/((m + 1)(1 − d)). Roots are bounded as in `SquareRoot`, and a logarithm moves
    by δ/λ_min at most where its matrix moves by δ.

    References
    ----------
    Higham (2008), Functions of matrices, section 11.5.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> found = gd.logm([[2.0, 1.0], [1.0, 2.0]])  # eigenvalues 3 and 1
    >>> found.value
    tensor([[0.5493, 0.5493],
            [0.5493, 0.5493]], dtype=torch.float64)
    >>> bool(found.error_bound < 1e-15)
    True

    Explained in [The atlas](../atlas/index.py#derived).
    """
    given = symmetric(S).double()
    e = to_unit(given)[1]
    e = torch.where(e.abs() > FAR, e, 0)
    A = Ball.exact(sound(times_power(given, -e)))
    off = torch.full_like(e, given.shape[-1] * SMALLEST_NORMAL, dtype=torch.float64)
    eye, k = Ball.eye(A.high), 0
    while (((d := (A - eye).norm) > NEAR) & off.isfinite()).any():
        (A, off), k = root(A, off), k + 1
    found, lost = series(A - eye)
    bound = lost + over(off, 1 - d - off)
    return _moved(found * 2.0**k, bound * 2.0**k, e)


def root(S: Ball, off: Tensor) -> tuple[Ball, Tensor]:
    """The root of a symmetric matrix within `off` of the middle of S, and how far it can be."""

    def step(high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        X = Ball.exact(high, low)
        E = S - X @ X
        return anticommuted(X.sym.high, E.high), over(E.norm, least + X.lowest)

    least = root_of(S.lowest)
    found = refined(step, sqrtm(S.high, finish=False).value, 4)
    X = Ball.exact(found.high, found.low).sym
    moved = over(off, least + root_of(S.lowest - off))
    return Ball.exact(X.high, X.low), (found.error + moved + norm_up(X.radius)) * SAFETY


def series(D: Ball) -> tuple[Tensor, Tensor]:
    """log(I + D) for a symmetric D, and a bound on its error."""
    eye = Ball.eye(D.high)
    total = Ball.exact(torch.zeros_like(D.high))
    for j in range(TERMS, 0, -1):
        total = D @ (eye * ((-1) ** (j + 1) * (COMMON // j)) + total)
    d = D.norm
    left_out = over(d ** (TERMS + 1), (TERMS + 1) * (1 - d))
    value = total.high / COMMON
    rest = norm_up(total.low.abs() + total.radius) / COMMON + U * norm_up(value)
    return value, (rest + left_out) * SAFETY


def _moved(value: Tensor, bound: Tensor, e: Tensor) -> Bounded:
    """The logarithm of 2ᵉ times the matrix, from that of the matrix."""
    shift = wide(e.double() * math.log(2)) * eye_like(value)
    size = norm_up(shift) + norm_up(value)
    return proven(value + shift, (bound + 4 * U * size * (e != 0)) * SAFETY)
