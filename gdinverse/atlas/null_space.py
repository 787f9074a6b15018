"""The null space of a matrix: the directions that it takes to nothing, or to next to nothing."""

from __future__ import annotations

from typing import Any

import torch

from gdinverse import proof
from gdinverse.atlas.values import Bounded
from gdinverse.core.tensors import as_matrix
from gdinverse.operations.rotation import to_unit
from gdinverse.operations.svd import svd
from gdinverse.proof import Ball, over
from gdinverse.proof.error_free import SAFETY, SMALLEST_NORMAL


def null_space(M: Any, tol: float | None = None) -> Bounded:
    """Orthonormal columns that M takes to nothing, with an absolute bound.

    Parameters
    ----------
    M : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64.
    tol : float, optional
        A singular value counts as nothing up to tol σ₁; by default max(m, n) ε, as in
        `scipy.linalg.null_space`.

    Returns
    -------
    Bounded
        `value` has shape (..., n, d). There is an orthonormal basis of the space of the d least
        singular values, n − m of them 0 where n > m, within `error_bound` of it in the Frobenius
        norm. Where M has rank n − d, that is the null space; `matrix_rank` counts what rounding
        can tell.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, and for a batch of different dimensions d.

    Notes
    -----
    With N the value, and V₁, σᵣ of the n − d other singular values, M = U₁ Σ₁ V₁ᵀ + … gives
    Σ₁ V₁ᵀN = U₁ᵀM N, so s = ‖V₁ᵀN‖ is at most ‖M N‖/σᵣ. The rest of N has the Gramian
    I − C with ‖C‖ ≤ c = ‖I − NᵀN‖ + s², and its polar factor, a basis, is within c of it.

    References
    ----------
    Wedin (1972), Perturbation bounds in connection with the singular value decomposition.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> N = gd.null_space([[1.0, 1.0], [2.0, 2.0]])
    >>> N.value
    tensor([[ 0.7071],
            [-0.7071]], dtype=torch.float64)
    >>> bool(N.error_bound < 1e-14)
    True

    Explained in [The atlas](../atlas/index.py#derived).
    """
    M = as_matrix(M)
    (*_, m, n), eps = M.shape, torch.finfo(M.dtype).eps
    core = to_unit(M.double())[0]
    square = torch.cat((core, core.new_zeros(*M.shape[:-2], max(n - m, 0), n)), -2)
    U, S, Vh = svd(square).value
    counts = ((max(m, n) * eps if tol is None else tol) * S[..., :1] < S).sum(-1)
    r = int(counts.max())
    if (counts != r).any():
        dimensions = (n - counts).unique().tolist()
        raise ValueError(f"the null spaces of this batch have dimensions {dimensions}: pass one")
    N = Vh[..., r:, :].mT.to(M.dtype)
    if r == n:
        return Bounded(N, 0 * S[..., 0])  # no direction, and nothing to be wrong about
    ball = Ball.exact(N.nan_to_num(torch.inf))
    least = (S - proof.svd_bounds(square, U, S, Vh).values)[..., r - 1 : r].sum(-1)
    image = Ball.exact(square).widened(0 * S[..., 0] + SMALLEST_NORMAL) @ ball
    s = over(image.norm, least) if r else 0 * image.norm
    c = (Ball.eye(N) - ball.mT @ ball).norm + s * s
    bound = torch.where(c < 0.5, (s + c) * SAFETY, torch.inf)
    return Bounded(N, bound.nan_to_num(torch.inf, torch.inf))
