"""How an approximate inverse proves itself: r = ‖I − X M‖ < 1, and what follows from it."""

from typing import NamedTuple

import torch
from torch import Tensor

from .error_free import (
    SAFETY,
    UNIT_ROUNDOFF,
    U,
    exponent,
    gamma,
    norm_down,
    norm_up,
    power_of_two,
    relative,
    two_sum,
)
from .refine import ENOUGH
from .residual import doubled_residual, plain_residual

PLAIN_PASSES = 2  # a float32 M rarely needs more than float64


class Scaled(NamedTuple):
    """X = 2^e X̃ with rows near 1 and M̃ = M 2^e, so that I − X̃ M̃ is similar to I − X M."""

    X: Tensor
    M: Tensor
    e: Tensor
    weight: Tensor  # 2^e over its largest: norms of weight·Ẽ are those of E, up to one factor


def scaled_by_rows(X: Tensor, M: Tensor, e: Tensor | None = None) -> Scaled:
    """Scale the rows of X to 1, or by 2^−e, and undo it on the columns of M, exactly."""
    X, M = X.double().contiguous(), M.double().contiguous()
    e = exponent(X, -1) if e is None else e
    weight = power_of_two((e - e.amax(-2, keepdim=True)).clamp(min=-1000))
    return Scaled(X * power_of_two(-e), M * power_of_two(e).mT, e, weight)


def _correction(
    R: Tensor, slack: Tensor, X: Tensor, weight: Tensor, terms: int
) -> tuple[Tensor, Tensor]:
    """C = R X, or R X + R² X, and a bound on ‖M⁻¹ − X − C‖, which is inf unless r < 1.

    The norm in which r < 1 is free to choose. With the rows of X at 1 it cannot be spoiled by bad
    scaling; where it fails nevertheless, the norm of X as given may do.
    """
    powers = [X]
    for _ in range(terms):
        powers.append(R @ powers[-1])
    C = sum(powers[2:], powers[1])
    rest = _rest(R, slack, powers, weight)
    if rest.isinf().any():
        ratio, one = weight / weight.mT, torch.ones_like(weight)
        as_given = _rest(R * ratio, slack * ratio, [weight * P for P in powers], one)
        rest = torch.where(rest.isinf(), as_given, rest)
    return C, rest


def _rest(R: Tensor, slack: Tensor, powers: list[Tensor], weight: Tensor) -> Tensor:
    """What rounding, and the last term of M⁻¹ = X + R X + … + Rᵏ X + R (I − R)⁻¹ Rᵏ X, can hide.

    γ covers the products, the digits of R below its last one, and the sum of the powers.
    """
    rounded = slack + gamma(R.shape[-1] + 4) * R.abs()
    whole = slack + R.abs()
    norms = [norm_up(P) for P in powers]
    r, size = norm_up(whole), sum(norms[1:-1], norms[0])
    tail = norm_up(weight * whole) * (norms[-1] + norm_up(rounded) * size) / (1 - r)
    return torch.where(r < 1, (norm_up(weight * rounded) * size + tail) * SAFETY, torch.inf)


def inverse_bound(X: Tensor, M: Tensor) -> Tensor:
    """Bound the relative error of an approximate inverse, without knowing the inverse.

    Parameters
    ----------
    X : Tensor of shape (..., n, n)
        The approximate inverse, from whatever source, at whatever stage.
    M : Tensor of shape (..., n, n)
        float32 or float64.

    Returns
    -------
    Tensor of shape (...)
        float64: ‖X − M⁻¹‖_F / ‖M⁻¹‖_F is at most this. inf where nothing is proven, not even
        that M has an inverse.

    Notes
    -----
    With R = I − X M and r = ‖R‖ < 1 the matrix M is nonsingular and M⁻¹ = X + R X + R(I − R)⁻¹R X.
    The bound is the smaller of r and e/(‖X‖ − e), e = ‖R X‖ + r‖R X‖/(1 − r). Both hold for the
    computed R, in doubled precision, because γ terms bound its rounding, entry by entry.

    References
    ----------
    Higham (2002), Accuracy and Stability of Numerical Algorithms, sections 3.5 and 14.1.
    Rump (2010), Verification methods, Acta Numerica 19, section 5.

    Examples
    --------
    >>> M = torch.tensor([[2.0, 1.0], [1.0, 1.0]], dtype=torch.float64)
    >>> X = torch.tensor([[1.0, -1.0], [-1.0, 2.001]], dtype=torch.float64)
    >>> f"{inverse_bound(X, M).item():.4f}"  # the error is 0.001 / √7
    '0.0004'
    >>> inverse_bound(X, torch.ones(2, 2, dtype=torch.float64))
    tensor(inf, dtype=torch.float64)

    Explained in [How an answer proves itself](../theory/proof.py).
    """
    scaled = scaled_by_rows(X, M)
    eye = torch.eye(X.shape[-1], dtype=torch.float64, device=X.device)
    measure = doubled_residual if M.dtype == torch.float64 else plain_residual
    R, _, slack = measure(eye, scaled.X, scaled.M)
    C, rest = _correction(R, slack, scaled.X, scaled.weight, terms=1)
    error = (norm_up(scaled.weight * C) + rest) * SAFETY
    tight = relative(error, norm_down(scaled.weight * scaled.X))
    r = norm_up((R.abs() + slack) * (scaled.weight / scaled.weight.mT)) * SAFETY
    return torch.where(r < 1, torch.minimum(tight, r), tight)


def finish(X: Tensor, M: Tensor, passes: int = 6) -> tuple[Tensor, Tensor]:
    """Correct an approximate inverse to the last digit, and prove how far it is from M⁻¹.

    Parameters
    ----------
    X : Tensor of shape (..., n, n)
        An approximate inverse with ‖I − X M‖ < 1; float64 is welcome for a float32 M.
    M : Tensor of shape (..., n, n)
        float32 or float64. The value has its dtype.
    passes : int
        At most this many corrections. One is enough when ‖I − X M‖ < 1e-7; each cubes it.

    Returns
    -------
    value : Tensor of shape (..., n, n)
        The corrected inverse, rounded once; X itself where nothing is proven.
    bound : Tensor of shape (...)
        float64: ‖value − M⁻¹‖_F / ‖M⁻¹‖_F is at most this; inf where nothing is proven.

    Notes
    -----
    The iterate is the unevaluated sum of two float64 matrices, H + L. A pass computes
    R = I − (H + L) M in doubled precision (for a float32 M first in float64) and adds R H + R² H,
    keeping what the sum loses. The value is H rounded to the dtype of M. Its error is the part that
    rounding lost, known exactly, plus (‖slack‖ + γ‖R‖)‖X‖ + r‖R² X‖/(1 − r). A matrix is done when
    that rest is below 2⁻¹⁴ of its last digit or no longer shrinks; the others go on alone.

    References
    ----------
    Ogita, Rump & Oishi (2005), SIAM J. Sci. Comput. 26(6). Rump (2010), Acta Numerica 19,
    section 5. Demmel et al. (2006), ACM TOMS 32(2), for the iterate in two parts.

    Examples
    --------
    >>> M = torch.tensor([[3.0, 1.0], [1.0, 3.0]], dtype=torch.float64)
    >>> value, bound = finish(torch.linalg.inv(M), M)
    >>> bool(bound < 1.2e-16)
    True

    Explained in [How an answer proves itself](../theory/proof.py).
    """
    shape = torch.broadcast_shapes(X.shape, M.shape)
    X, M = (A.expand(shape).reshape(-1, *shape[-2:]) for A in (X, M))
    value = X.to(M.dtype, copy=True)
    bound = torch.full(X.shape[:1], torch.inf, dtype=torch.float64, device=X.device)
    scaled, low = scaled_by_rows(X, M), torch.zeros_like(X, dtype=torch.float64)
    live: slice | Tensor = slice(None)  # all of them: an index would cost a copy
    before: float | Tensor = torch.inf
    for done in range(passes):
        plain = M.dtype == torch.float32 and done < PLAIN_PASSES
        scaled, low, rest, new_value, new_bound = _pass(scaled, low, M.dtype, plain)
        better = new_bound < bound[live]
        value[live] = torch.where(better[:, None, None], new_value, value[live])
        bound[live] = torch.minimum(new_bound, bound[live])
        go_on = (rest > UNIT_ROUNDOFF[M.dtype] * ENOUGH) & ((rest < before / 4) | plain)
        if not go_on.any():
            break
        live = torch.arange(len(X), device=X.device)[live][go_on]
        low, before = low[go_on], rest[go_on]
        scaled = Scaled(*(part[go_on] for part in scaled))
    return value.reshape(shape), bound.reshape(shape[:-2])


def _pass(
    scaled: Scaled, low: Tensor, dtype: torch.dtype, plain: bool
) -> tuple[Scaled, Tensor, Tensor, Tensor, Tensor]:
    """One correction: the new iterate in two parts, what stays unknown of it, value and bound."""
    X, M, e, weight = scaled
    measure = plain_residual if plain else doubled_residual
    eye = torch.eye(X.shape[-1], dtype=torch.float64, device=X.device)
    R, _, slack = measure(eye, X, M, low)
    C, rest = _correction(R, slack, X, weight, terms=2)
    high, low = two_sum(X, C + low)
    rest = rest + U * norm_up(C + low)
    value = (high * power_of_two(e)).to(dtype)
    kept = value.double() * power_of_two(-e)
    lost = (high - kept) + low
    error = (norm_up(weight * lost) + rest) * SAFETY
    size = norm_down(weight * kept)
    return scaled._replace(X=high), low, rest / size, value, relative(error, size)
