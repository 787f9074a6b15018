"""One refinement for every operation: correct in two parts, round once, add what that lost."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from .error_free import SAFETY, U, norm_down, norm_up, relative, times_power, two_sum

ENOUGH = 2.0**-14  # what remains after the correction, in units of the last digit

# From an answer in two parts to a correction of it, and a bound on how far the two parts are off.
Step = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
Dim = int | tuple[int, ...]
WHOLE = (-2, -1)


class Refined(NamedTuple):
    """An answer in two parts, and a bound on the norm of weight·(answer − high − low)."""

    high: Tensor
    low: Tensor
    error: Tensor


def refine(step: Step, X: Tensor, dtype: torch.dtype, passes: int = 4) -> tuple[Tensor, Tensor]:
    """Correct an answer to the last digit, and bound its relative error.

    Parameters
    ----------
    step : callable
        Takes an answer as an unevaluated sum of two float64 tensors of X's shape. Returns a
        correction of the same shape, which need not be good, and a bound of shape (...) on the
        Frobenius norm of the error *before* that correction, which must be right. What is nan,
        negative or infinite counts as no bound.
    X : Tensor of shape (..., m, n)
        The answer to start from.
    dtype : torch.dtype
        The dtype of the value.
    passes : int
        At most this many corrections; 0 leaves X as it is.

    Returns
    -------
    value : Tensor of shape (..., m, n)
        The corrected answer, rounded once; X itself where nothing is proven.
    bound : Tensor of shape (...)
        float64: ‖value − answer‖_F / ‖answer‖_F is at most this; inf where nothing is proven.

    Notes
    -----
    Each matrix of a batch keeps its best iterate and is what it would be alone.

    References
    ----------
    Demmel et al. (2006), Error bounds from extra-precise iterative refinement, ACM TOMS 32(2).

    Examples
    --------
    The square root of 2, by Newton's step; |x − √2| = |x² − 2|/(x + √2) ≤ |x² − 2|.

    >>> from gdinverse.proof import Ball
    >>> def step(high, low):
    ...     x = Ball.exact(high, low)
    ...     excess = x @ x - Ball.exact(torch.full((1, 1), 2.0))
    ...     return -excess.high / (2 * high), excess.norm
    >>> value, bound = refine(step, torch.tensor([[1.5]]), torch.float64)
    >>> value.item() == 2**0.5, bool(bound < 1.2e-16)
    (True, True)
    """
    found = refined(step, X.double(), passes)
    value, kept, lost = round_once(found, dtype)
    bound = relative((norm_up(lost) + found.error) * SAFETY, norm_down(kept))
    return torch.where(bound[..., None, None] < torch.inf, value, X.to(dtype)), bound


def refined(
    step: Step, x: Tensor, passes: int, weight: Tensor | float = 1.0, dim: Dim = WHOLE
) -> Refined:
    """Correct x + low as long as the bound shrinks; the bound is of what it returns.

    With `dim` = −1 each row has a bound of its own, in the norm that `weight` gives.
    """
    low = torch.zeros_like(x)
    correction, error = _checked(step, x, low)
    for _ in range(passes):
        new = two_sum(x, correction + low)
        new_correction, new_error = _checked(step, *new)
        better = new_error < error
        chosen = better.reshape(better.shape + (1,) * (x.dim() - better.dim()))
        x, low, correction = (
            torch.where(chosen, after, before)
            for after, before in zip((*new, new_correction), (x, low, correction), strict=True)
        )
        error = torch.where(better, new_error, error)
        if not (better & (error > ENOUGH * U * norm_down(weight * x, dim))).any():
            break
    return Refined(x, low, error)


def _checked(step: Step, x: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
    correction, error = step(x, low)
    return correction, torch.where(error >= 0, error, torch.inf)


def round_once(
    found: Refined, dtype: torch.dtype, e: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """2^e·high in the dtype; what was kept of high + low, and what was lost."""
    e = torch.zeros((), dtype=torch.int64, device=found.high.device) if e is None else e
    value = times_power(found.high, e).to(dtype)
    kept = times_power(value.double(), -e)
    return value, kept, (found.high - kept) + found.low
