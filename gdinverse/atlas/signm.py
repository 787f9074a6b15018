"""The sign of a matrix that need not be symmetric: Newton's iteration, and a proof of its end."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse.atlas.values import Bounded, proven
from gdinverse.core.tensors import as_square_matrix, eye_like, sound, wide
from gdinverse.operations.rotation import to_unit
from gdinverse.proof import Ball, norm_up, over
from gdinverse.proof.ball import times_inverse_root
from gdinverse.proof.error_free import SAFETY, SMALLEST_NORMAL
from gdinverse.proof.refine import refined, round_once

NEWTON = 40  # seven are enough as a rule; eigenvalues close to the axis need more
DOUBLINGS = 40  # of a sum: 2⁴⁰ terms


def signm(M: Any) -> Bounded:
    """The sign of a square matrix, symmetric or not, with an absolute bound.

    Parameters
    ----------
    M : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64, with no eigenvalue on the imaginary axis.

    Returns
    -------
    Bounded
        `value` is the X with X X = I and X M = M X for which X M has all its eigenvalues in the
        right half-plane, as of `scipy.linalg.signm`. Where M has an eigenvalue on the imaginary
        axis, or as good as on it, the bound is inf and the value nan.

    Raises
    ------
    TypeError, ValueError
        For input that is no real square matrix.

    Notes
    -----
    No descent: a loss of X X − I knows nothing of M, and its relative step runs away from complex
    eigenvalues. Newton's iteration is X ← (c X + (c X)⁻¹)/2 with c = |det X|^(−1/n).

    For the bound, with R = I − X X, S = X (I − R)^(−½) is an involution, known as a ball. With
    G = (S M + M S)/2 and K = (S M − M S)/2, every W with

        G W + W G + K + W K W = 0

    makes T = (I + W) S (I + W)⁻¹ an involution that commutes with M. A positive definite H with
    sym(H G) ≥ μ‖H‖ > 0 shows that G's eigenvalues are in the right half-plane; and with h² =
    cond(H), in the norm ‖H^½ · H^(−½)‖, that there is such a W of ‖W‖ ≤ w = 2a/(1 + √(1 − 4a²))
    for a = h ‖K‖/2μ < ¼. So ‖T − S‖ ≤ 2 h ‖S‖ w/(1 − w). In the same norm T M, turned back, is
    within 2 h w (w‖G‖ + ‖K‖)/(1 − w²) of G; where that is below μ, T is the sign.

    References
    ----------
    Higham (2008), Functions of matrices, sections 5.3 and 5.5. Smith (1968), Matrix equation
    XA + BX = C, for the sums.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> found = gd.signm([[2.0, 5.0], [0.0, -1.0]])
    >>> found.value
    tensor([[ 1.0000,  3.3333],
            [ 0.0000, -1.0000]], dtype=torch.float64)
    >>> bool(found.error_bound < 1e-15)
    True

    Explained in [The sign of a matrix](../atlas/sign.py#general).
    """
    given = as_square_matrix(M)
    core = sound(to_unit(given.double())[0])
    whole = Ball.exact(core).widened(0 * core[..., 0, 0] + core.shape[-1] * SMALLEST_NORMAL)

    def step(high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        X = Ball.exact(high, low)
        S = times_inverse_root(X, Ball.eye(high) - X @ X)
        left, right = S @ whole, whole @ S
        G, K = (left + right) * 0.5, (left - right) * 0.5
        W, *norms = turns(G.high.nan_to_num(0, 0, 0), K.high)
        off = torch.stack([conjugation(G, K.norm, Ball.exact(H), S.norm) for H in norms])
        turned = S - X
        return turned.high - 2 * high @ W, turned.norm + off.amin(0)

    found = refined(step, newton(core), 4)
    value, _, lost = round_once(found, given.dtype)
    return proven(value, (norm_up(lost) + found.error) * SAFETY)


def newton(X: Tensor) -> Tensor:
    """About the sign of X."""
    for _ in range(NEWTON):
        c = wide((-torch.linalg.slogdet(X).logabsdet / X.shape[-1]).exp())
        X = (c * X + torch.linalg.inv_ex(X).inverse / c) / 2
    return X


def turns(G: Tensor, K: Tensor) -> list[Tensor]:
    """About the W with G W + W G = −K, and two H for which sym(H G) is positive definite."""
    eye = eye_like(G).expand_as(G)
    inverse = torch.linalg.inv_ex(eye + G).inverse
    A, H, W = inverse @ (eye - G), eye, -2 * inverse @ K @ inverse
    for _ in range(DOUBLINGS):
        H, W, A = H + A.mT @ H @ A, W + A @ W @ A, A @ A
    V = torch.linalg.inv_ex(torch.linalg.eig(G).eigenvectors).inverse
    steep = (V.mH @ V).real  # of larger μ, where there are eigenvectors enough
    return [part.nan_to_num(0, 0, 0) for part in (W, (H + H.mT) / 2, (steep + steep.mT) / 2)]


def conjugation(G: Ball, k: Tensor, H: Ball, s: Tensor) -> Tensor:
    """How far the sign is from S at most, for ‖K‖ ≤ k and ‖S‖ ≤ s; inf where it may be another."""
    most, least = H.norm, H.lowest
    mu, h = (H @ G).lowest / (most * SAFETY), over(most, least).sqrt()
    a = over(h * k, 2 * mu)
    w = over(2 * a, 1 + (1 - 4 * a.square()).clamp(min=0).sqrt())
    near = over(2 * h * w * (w * G.norm + k), 1 - w.square()) < mu
    return torch.where(near & (a < 0.25), over(2 * h * s * w, 1 - w), torch.inf)
