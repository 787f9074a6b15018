"""The same proof for A x = b: refine the solution in two parts, and bound what is left."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from .error_free import SAFETY, exponent, gamma, norm_down, norm_up, over, relative, times_power
from .inverse import scaled_by_rows
from .refine import refined, round_once
from .residual import doubled_residual, plain_residual


class System(NamedTuple):
    """A and an approximate left inverse P, scaled by P's rows, and r = ‖I − P A‖."""

    A: Tensor
    P: Tensor
    e: Tensor
    weight: Tensor  # of the unknowns, as a row
    gain: Tensor  # r / (1 − r), inf unless r < 1
    reach: Tensor  # ‖weight·(I − P A)‖ / (1 − r), inf unless r < 1


# One step of a method: from the right-hand sides and the iterate in two parts, all as rows, to a
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
    gain, reach = over(r, 1 - r), over(norm_up(weight * whole), 1 - r)
    return System(A, P, e, weight.mT, gain, reach)


def product(a: Tensor, slack: Tensor, B: Tensor) -> tuple[Tensor, Tensor]:
    """(a ± slack) B: the product, and what rounding and slack can hide in it.

    γ has room for the digits of a below its last one, too.
    """
    return a @ B, (slack + gamma(a.shape[-1] + 4) * a.abs()) @ B.abs() * SAFETY


def _solve_step(system: System, b: Tensor, x: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
    """x* − x = C + R (I − R)⁻¹ C with C = X (b − A x)."""
    residual, _, slack = doubled_residual(b, x, system.A.mT, low)
    C, hidden = product(residual, slack, system.P.mT)
    whole = C.abs() + hidden
    error = norm_up(system.weight * whole, -1) + system.reach[..., None] * norm_up(whole, -1)
    return C, error * SAFETY


def refine_rows(
    system: System, step: Step, x: Tensor, b: Tensor, q: Tensor, dtype: torch.dtype, passes: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Scale columns by 2^q and rows as the system is, refine, round to the dtype, and account.

    The value in the dtype, what was kept of it as weighted rows, and ‖weight·error‖ of each row.
    """
    e, weight = (system.e + q).mT, system.weight
    rows, b = times_power(x.double().mT, -e), times_power(b.double(), -q).mT
    found = refined(partial(step, system, b), rows, passes, weight, -1)
    value, kept, lost = round_once(found, dtype, e)
    return value.mT, weight * kept, (norm_up(weight * lost, -1) + found.error) * SAFETY


def per_column(
    step: Step, x: Tensor, A: Tensor, b: Tensor, P: Tensor, passes: int
) -> tuple[Tensor, Tensor]:
    """Refine each column of x by itself: the value, and a relative bound for each column."""
    system = system_of(A, P)
    q = (exponent(x.double(), -2) - system.e.amax(-2, keepdim=True)).clamp(-1000, 1000)
    dtype = A.dtype if passes else x.dtype
    value, kept, error = refine_rows(system, step, x, b, q, dtype, passes)
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
