"""The same proof for A x = b: refine the solution in two parts, and bound what is left."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from .error_free import UNIT_ROUNDOFF, exponent, gamma, norm_down, norm_up, times_power, two_sum
from .inverse import ENOUGH, SAFETY, relative, scaled_by_rows
from .residual import doubled_residual, plain_residual

U = UNIT_ROUNDOFF[torch.float64]


class System(NamedTuple):
    """A and an approximate left inverse P, scaled by P's rows, and r = ‖I − P A‖."""

    A: Tensor
    P: Tensor
    e: Tensor
    weight: Tensor  # of the unknowns, as a row
    gain: Tensor  # r / (1 − r), inf unless r < 1
    reach: Tensor  # ‖weight·(I − P A)‖ / (1 − r), inf unless r < 1


# One step of a method: from the iterate in two parts and the right-hand sides, all as rows, to a
# correction of each row and a bound on ‖weight·error‖ of each row.
Step = Callable[[System, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


def system_of(A: Tensor, P: Tensor) -> System:
    """See what P proves of A; P has n rows, and A as many columns.

    Where r < 1 fails with all rows of P scaled to 1, they keep the sizes that they have.
    """
    system = _scaled_system(A, P, None)
    failed = system.gain.isinf()[..., None, None]
    if not failed.any():
        return system
    e = torch.where(failed, system.e.amax(-2, keepdim=True), system.e)
    return _scaled_system(A, P, e)


def _scaled_system(A: Tensor, P: Tensor, e: Tensor | None) -> System:
    P, A, e, weight = scaled_by_rows(P, A, e)
    eye = torch.eye(P.shape[-2], dtype=torch.float64, device=P.device)
    R, _, slack = plain_residual(eye, P, A)
    whole = R.abs() + slack
    r = norm_up(whole)
    gain, reach = (
        torch.where(r < 1, size / (1 - r), torch.inf) for size in (r, norm_up(weight * whole))
    )
    return System(A, P, e, weight.mT, gain, reach)


def product(a: Tensor, slack: Tensor, B: Tensor) -> tuple[Tensor, Tensor]:
    """(a ± slack) B: the product, and what rounding and slack can hide in it."""
    return a @ B, (slack + gamma(a.shape[-1] + 4) * a.abs()) @ B.abs() * SAFETY


def _solve_step(system: System, x: Tensor, low: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """x* − x = C + R (I − R)⁻¹ C with C = X (b − A x)."""
    residual, _, slack = doubled_residual(b, x, system.A.mT, low)
    C, hidden = product(residual, slack + U * residual.abs(), system.P.mT)
    whole = C.abs() + hidden
    error = norm_up(system.weight * whole, -1) + system.reach[..., None] * norm_up(whole, -1)
    return C, error * SAFETY


def refined(
    system: System, step: Step, x: Tensor, low: Tensor, b: Tensor, passes: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Correct the rows of x + low as long as the bound shrinks; the bound is of what it returns."""
    correction, error = step(system, x, low, b)
    for _ in range(passes):
        new_x, new_low = two_sum(x, correction + low)
        new_correction, new_error = step(system, new_x, new_low, b)
        better = new_error < error
        x, low, correction = (
            torch.where(better[..., None], new, old)
            for new, old in ((new_x, x), (new_low, low), (new_correction, correction))
        )
        error = torch.where(better, new_error, error)
        size = norm_down(system.weight * x, -1)
        if not (better & (error > ENOUGH * U * size)).any():
            break
    return x, low, error


class Answer(NamedTuple):
    """What refining gave."""

    value: Tensor  # in the given dtype
    kept: Tensor  # the value as scaled, weighted rows
    error: Tensor  # ‖weight·error‖ of each row


def refine_and_round(
    system: System, step: Step, x: Tensor, b: Tensor, q: Tensor, dtype: torch.dtype, passes: int
) -> Answer:
    """Scale columns by 2^q and rows as the system is, refine, round to the dtype, and account."""
    rows = times_power(x.double(), -system.e - q).mT
    high, low, error = refined(
        system, step, rows, torch.zeros_like(rows), times_power(b.double(), -q).mT, passes
    )
    value = times_power(high.mT, system.e + q).to(dtype)
    kept = times_power(value.double(), -system.e - q).mT
    lost = norm_up(system.weight * ((high - kept) + low), -1)
    return Answer(value, system.weight * kept, (lost + error) * SAFETY)


def per_column(
    step: Step, x: Tensor, A: Tensor, b: Tensor, P: Tensor, passes: int
) -> tuple[Tensor, Tensor]:
    """Refine each column of x by itself: the value, and a relative bound for each column."""
    system = system_of(A, P)
    q = (exponent(x.double(), -2) - system.e.amax(-2, keepdim=True)).clamp(-1000, 1000)
    value, kept, error = refine_and_round(
        system, step, x, b, q, A.dtype if passes else x.dtype, passes
    )
    bound = relative(error, norm_down(kept, -1))
    zero = (b == 0).all(-2) & (value == 0).all(-2) & (system.gain < torch.inf)[..., None]
    bound = torch.where(zero, 0.0, bound)
    return torch.where(bound[..., None, :] < torch.inf, value, x.to(value.dtype)), bound


def solve_finish(
    x: Tensor, A: Tensor, b: Tensor, X: Tensor, passes: int = 4
) -> tuple[Tensor, Tensor]:
    """Correct a solution of A x = b to the last digit, and bound its error.

    Parameters
    ----------
    x : Tensor of shape (..., n, k)
        One approximate solution in each column.
    A : Tensor of shape (..., n, n)
        float32 or float64. The value has its dtype.
    b : Tensor of shape (..., n, k)
        The right-hand sides.
    X : Tensor of shape (..., n, n)
        An approximate inverse of A with r = ‖I − X A‖ < 1.
    passes : int
        At most this many corrections; 0 leaves x as it is.

    Returns
    -------
    value : Tensor of shape (..., n, k)
    bound : Tensor of shape (..., k)
        float64, one for each right-hand side: ‖value − A⁻¹b‖ / ‖A⁻¹b‖ is at most this; inf where
        nothing is proven.

    Notes
    -----
    The error is at most ‖X(b − A x)‖/(1 − r), with b − A x in doubled precision, for an x held
    in two parts. What rounding x to one part loses is known exactly and added.

    References
    ----------
    Rump (2010), Verification methods, Acta Numerica 19, section 10.
    Demmel et al. (2006), ACM TOMS 32(2).

    Examples
    --------
    >>> A = torch.tensor([[3.0, 1.0], [1.0, 3.0]], dtype=torch.float64)
    >>> b = torch.tensor([[1.0], [2.0]], dtype=torch.float64)
    >>> X = torch.linalg.inv(A)
    >>> value, bound = solve_finish(X @ b, A, b, X)
    >>> bool(bound < 1.2e-16)
    True

    Explained in [How an answer proves itself](../theory/proof.py).
    """
    return per_column(_solve_step, x, A, b, X, passes)


def solve_bound(x: Tensor, A: Tensor, b: Tensor, X: Tensor) -> Tensor:
    """Bound the relative error of each column of x as a solution of A x = b (`solve_finish`)."""
    return solve_finish(x, A, b, X, passes=0)[1]
