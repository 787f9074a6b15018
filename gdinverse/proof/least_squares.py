"""The same proof for least squares and the pseudo-inverse, as long as the rank is full."""

from functools import partial

import torch
from torch import Tensor

from .error_free import SAFETY, exponent, norm_down, norm_up, power_of_two, relative, times_power
from .linear import System, per_column, product, refine_rows, system_of
from .refine import refined
from .residual import doubled_residual

REFINEMENTS = 4  # of a pseudo-inverse that only serves to multiply b


def lstsq_step(system: System, b: Tensor, x: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
    """x* − x = A⁺y with y = (A⁺)ᵀg, g = Aᵀ(b − A x), A⁺ = (I − R)⁻¹ P A A⁺."""
    A, P = system.A, system.P
    residual, residual_low, hidden = doubled_residual(b, x, A.mT, low)
    g, _, slack = doubled_residual(torch.zeros_like(x), residual, A, residual_low)
    slack = slack + hidden @ A.abs() * SAFETY
    y, hidden = product(g, slack, P)
    gain = (system.gain * norm_up(P))[..., None]
    size = norm_up(y, -1) + norm_up(hidden, -1) + gain * (norm_up(g, -1) + norm_up(slack, -1))
    grow = norm_up(system.weight.mT * P) + system.reach * norm_up(P)
    return -(y @ P.mT), grow[..., None] * size * SAFETY


def lstsq_finish(
    x: Tensor, A: Tensor, b: Tensor, P: Tensor, passes: int = 4
) -> tuple[Tensor, Tensor]:
    """Correct a least-squares solution of full rank to the last digit, and bound its error.

    Parameters
    ----------
    x : Tensor of shape (..., n, k)
    A : Tensor of shape (..., m, n)
        float32 or float64. With m < n, the answer is the solution of smallest norm.
    b : Tensor of shape (..., m, k)
    P : Tensor of shape (..., n, m)
        An approximate pseudo-inverse. r = ‖I − P A‖ < 1, or ‖I − A P‖ < 1 if m < n, proves that
        the rank is full.
    passes : int
        At most this many corrections; 0 leaves x as it is.

    Returns
    -------
    value : Tensor of shape (..., n, k)
    bound : Tensor of shape (..., k)
        float64, one for each right-hand side, relative to ‖A⁺b‖; inf where nothing is proven.

    Notes
    -----
    With g = Aᵀ(b − A x), x* − x = A⁺(A⁺)ᵀg. From A⁺ = (I − R)⁻¹P A A⁺ follows
    ‖(A⁺)ᵀg‖ ≤ ‖Pᵀg‖ + ‖P‖ r‖g‖/(1 − r) and ‖x* − x‖ ≤ ‖P‖‖(A⁺)ᵀg‖/(1 − r). For m < n, A⁺ itself
    is refined in two parts and multiplied by b in doubled precision.

    Examples
    --------
    >>> A = torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], dtype=torch.float64)
    >>> b = torch.tensor([[1.0], [0.0], [0.0]], dtype=torch.float64)
    >>> P = torch.linalg.pinv(A)
    >>> value, bound = lstsq_finish(P @ b, A, b, P)
    >>> bool(bound < 1.2e-16)
    True

    Explained in [How an answer proves itself](../theory/proof.py).
    """
    if A.shape[-2] >= A.shape[-1]:
        return per_column(lstsq_step, x, A, b, P, passes)
    return _smallest_norm(x, A, b, P, passes)


def lstsq_bound(x: Tensor, A: Tensor, b: Tensor, P: Tensor) -> Tensor:
    """Bound the relative error of each column of x as a least-squares solution (`lstsq_finish`)."""
    return lstsq_finish(x, A, b, P, passes=0)[1]


def pinv_finish(P: Tensor, A: Tensor, passes: int = 4) -> tuple[Tensor, Tensor]:
    """Correct a pseudo-inverse of full rank to the last digit, and bound its error.

    Parameters
    ----------
    P : Tensor of shape (..., n, m)
        An approximate pseudo-inverse.
    A : Tensor of shape (..., m, n)
        float32 or float64. The value has its dtype.
    passes : int
        At most this many corrections; 0 leaves P as it is.

    Returns
    -------
    value : Tensor of shape (..., n, m)
    bound : Tensor of shape (...)
        float64: ‖value − A⁺‖_F / ‖A⁺‖_F is at most this; inf where full rank is not proven. The
        pseudo-inverse of a rank-deficient matrix jumps under its last bit, so there is no bound.

    Notes
    -----
    The columns of A⁺ are the least-squares solutions for the columns of I (see `lstsq_finish`);
    a wide A is transposed.

    Examples
    --------
    >>> A = torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], dtype=torch.float64)
    >>> value, bound = pinv_finish(torch.linalg.pinv(A), A)
    >>> bool(bound < 1.2e-16)
    True

    Explained in [How an answer proves itself](../theory/proof.py).
    """
    if A.shape[-2] < A.shape[-1]:
        value, bound = pinv_finish(P.mT, A.mT, passes)
        return value.mT, bound
    system, dtype = system_of(A, P), A.dtype if passes else P.dtype
    unscaled = torch.zeros_like(system.e[..., :1, :])
    value, kept, error = refine_rows(system, lstsq_step, P, _eye(A), unscaled, dtype, passes)
    bound = relative(norm_up(error, -1), norm_down(kept))
    return torch.where(bound[..., None, None] < torch.inf, value, P.to(value.dtype)), bound


def pinv_bound(P: Tensor, A: Tensor) -> Tensor:
    """Bound the relative error of a pseudo-inverse of full rank (`pinv_finish`)."""
    return pinv_finish(P, A, passes=0)[1]


def _eye(A: Tensor) -> Tensor:
    return torch.eye(A.shape[-2], dtype=torch.float64, device=A.device)


def _smallest_norm(
    x: Tensor, A: Tensor, b: Tensor, P: Tensor, passes: int
) -> tuple[Tensor, Tensor]:
    """A⁺b for a wide A, from A⁺ = H + L: (H + L) b in doubled precision, and ‖error of A⁺‖‖b‖."""
    system = system_of(A.mT, P.mT)
    rows = P.double() * power_of_two(-system.e).mT
    step = partial(lstsq_step, system, _eye(A.mT))
    high, low, error = refined(step, rows, REFINEMENTS, system.weight, -1)
    s = exponent(b.double(), -2)
    b = b.double() * power_of_two(-s)
    zero = torch.zeros((), dtype=torch.float64, device=b.device)
    minus, minus_low, slack = doubled_residual(zero, high, system.weight.mT * b, low)
    s = s + system.e.amax(-2, keepdim=True)
    value = times_power(-minus, s).to(A.dtype) if passes else x
    kept = times_power(value.double(), -s)
    lost = norm_up((minus + kept) + minus_low, -2) + norm_up(slack, -2)
    total = (lost + norm_up(error, -1)[..., None] * norm_up(b, -2)) * SAFETY
    bound = relative(total, norm_down(kept, -2))
    return torch.where(bound[..., None, :] < torch.inf, value, x.to(value.dtype)), bound
