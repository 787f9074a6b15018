"""Arithmetic whose rounding is known: sums without loss, norms that round upward.

Everything is computed in float64 from inputs that float64 holds exactly. A number that is not
finite, or that overflows on the way, makes a bound inf or nan, and a bound of inf or nan proves
nothing; it is never too small.
"""

import math

import torch
from torch import Tensor

UNIT_ROUNDOFF = {torch.float64: 2.0**-53, torch.float32: 2.0**-24}
U = UNIT_ROUNDOFF[torch.float64]
SMALLEST_NORMAL = 2.0**-1022  # also what a flushed subnormal can lose
SAFETY = 1 + 2.0**-30  # covers the few dozen roundings of each bound's own arithmetic


def gamma(k: int, dtype: torch.dtype = torch.float64) -> float:
    """Bound the relative error of `k` roundings in a row.

    Parameters
    ----------
    k : int
        Number of roundings; n for an inner product of length n in any order of summation.
    dtype : torch.dtype
        float64 or float32.

    Returns
    -------
    float
        γ_k = k u / (1 − k u), with the unit roundoff u = 2⁻⁵³ or 2⁻²⁴.

    References
    ----------
    Higham (2002), Accuracy and Stability of Numerical Algorithms, section 3.1.

    Examples
    --------
    >>> gamma(4) == 4 * 2.0**-53 / (1 - 4 * 2.0**-53)
    True
    """
    u = UNIT_ROUNDOFF[dtype]
    return k * u / (1 - k * u)


def exponent(x: Tensor, dim: int | tuple[int, ...]) -> Tensor:
    """Exponent e, kept within ±1000, of the largest entry along `dim`: max|x| < 2^e."""
    return torch.frexp(x.abs().amax(dim, keepdim=True)).exponent.clamp(-1000, 1000)


def power_of_two(e: Tensor) -> Tensor:
    """2^e in float64 for integers −1022 ≤ e ≤ 1023, exact because it only writes the bits."""
    return ((e.long() + 1023) << 52).view(torch.float64)


def times_power(x: Tensor, e: Tensor) -> Tensor:
    """Scale x by 2^e, −2000 ≤ e ≤ 2000, exactly unless the result itself is out of range."""
    half = e // 2
    return x * power_of_two(half) * power_of_two(e - half)


def norm_up(x: Tensor, dim: int | tuple[int, ...] = (-2, -1)) -> Tensor:
    """Frobenius norm of each matrix (or 2-norm along `dim`), never below the true one.

    Parameters
    ----------
    x : Tensor of shape (..., m, n)
        float64. Scale it near 1 first, by a power of two: an overflow gives inf.
    dim : int or tuple of int
        The dimensions to sum over.

    Returns
    -------
    Tensor of shape (...)
        For N entries, 2 γ_{N+6} covers the roundings of squares, sum and root; √N 2⁻⁵⁰⁰ covers
        squares that vanish.

    References
    ----------
    Higham (2002), section 3.1.

    Examples
    --------
    >>> x = torch.full((2, 2), 0.1, dtype=torch.float64)
    >>> 0.2 < float(norm_up(x)) < 0.2 + 1e-15
    True
    """
    root, rounding, vanishing = _norm(x, dim)
    return root * (1 + rounding) + vanishing


def norm_down(x: Tensor, dim: int | tuple[int, ...] = (-2, -1)) -> Tensor:
    """Frobenius norm of each matrix (or 2-norm along `dim`), never above the true one.

    What is not finite, or overflows, is 0: nothing is known.
    """
    root, rounding, vanishing = _norm(x, dim)
    return torch.where(root < torch.inf, root * (1 - rounding) - vanishing, 0.0)


def _norm(x: Tensor, dim: int | tuple[int, ...]) -> tuple[Tensor, float, float]:
    if dim == -2:  # torch takes ten times longer along columns of small matrices
        x, dim = x.mT.contiguous(), -1
    root = torch.linalg.vector_norm(x, dim=dim)
    entries = x.numel() // max(root.numel(), 1)
    return root, 2 * gamma(entries + 6), math.sqrt(entries) * 2.0**-500


def over(error: Tensor, size: Tensor) -> Tensor:
    """Divide a bound by what is positive; inf where it is not, and where anything is nan.

    Examples
    --------
    >>> over(torch.tensor([1.0, 1.0, math.nan]), torch.tensor([2.0, -1.0, 1.0]))
    tensor([0.5000,    inf,    inf])
    """
    sound = (size > 0) & (error >= 0) & (error < torch.inf)
    return torch.where(sound, error / size * SAFETY, torch.inf)


def relative(error: Tensor, size: Tensor) -> Tensor:
    """Bound error/‖answer‖ from a lower bound ‖answer‖ ≥ size − error; inf where that is empty."""
    return over(error, size - error)


def two_sum(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Add without loss: s + t = a + b exactly, where s is the rounded sum.

    References
    ----------
    Knuth (1969), The Art of Computer Programming 2, section 4.2.2, theorem B.

    Examples
    --------
    >>> two_sum(torch.tensor(1.0), torch.tensor(2.0**-30))[1].item() == 2.0**-30
    True
    """
    s = a + b
    b_seen = s - a
    return s, (a - (s - b_seen)) + (b - b_seen)


def two_product(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Multiply without loss: p + e = a b exactly, unless something over- or underflows.

    References
    ----------
    Dekker (1971), A floating-point technique for extending the available precision.

    Examples
    --------
    >>> x = torch.tensor(1 + 2.0**-30, dtype=torch.float64)
    >>> two_product(x, x)[1].item() == 2.0**-60
    True
    """
    p = a * b
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    return p, a2 * b2 - (((p - a1 * b1) - a2 * b1) - a1 * b2)


def _halves(x: Tensor) -> tuple[Tensor, Tensor]:
    shifted = (2.0**27 + 1) * x
    first = shifted - (shifted - x)
    return first, x - first
