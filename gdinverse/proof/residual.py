"""Residuals in doubled precision by exact slices, with everything that rounding can hide."""

import math

import torch
from torch import Tensor

from .error_free import SAFETY, SMALLEST_NORMAL, U, exponent, gamma, power_of_two, two_sum


def slices(x: Tensor, bits: int) -> tuple[Tensor, Tensor, Tensor]:
    """Cut x = x₁ + x₂ + x₃ exactly, for |x| ≤ 1, on the grids 2^−bits and 2^−2bits.

    All entries share one grid, whatever their size: that is what makes a product of slices exact.

    References
    ----------
    Ozaki, Ogita, Oishi & Rump (2012), Numerical Algorithms 59, section 3.
    """
    shift = 1.5 * 2.0 ** (52 - bits)
    first = (x + shift) - shift
    rest = x - first
    finer = shift * 2.0**-bits
    second = (rest + finer) - finer
    return first, second, rest - second


def balanced(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Scale columns of `left` and rows of `right` to equal size; the product stays the same."""
    shift = (exponent(right, -1).mT - exponent(left, -2)) // 2
    scale = power_of_two(shift)
    return left * scale, right * power_of_two(-shift).mT, scale


def plain_residual(
    target: Tensor, left: Tensor, right: Tensor, low: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Target − (left + low) right in float64, with its rounding bounded entry by entry.

    The cheap counterpart of `doubled_residual`: enough where the inputs are float32.

    References
    ----------
    Higham (2002), section 3.5.
    """
    n = left.shape[-1]
    left, right, scale = balanced(left, right)
    if low is not None:
        left = left + low * scale
    residual = target - left @ right
    rows, columns = left.abs().amax(-1, keepdim=True), right.abs().amax(-2, keepdim=True)
    slack = 2 * gamma(n + 4) * (n * rows * columns + residual.abs())
    return residual, torch.zeros_like(residual), slack + n * SMALLEST_NORMAL * (rows + columns + 8)


def doubled_residual(
    target: Tensor, left: Tensor, right: Tensor, low: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Target − (left + low) right as if computed with twice the digits, then rounded.

    Parameters
    ----------
    target : Tensor of shape (..., m, p)
        float64, like all the others.
    left : Tensor of shape (..., m, n)
        Its columns and the rows of `right` may be scaled badly.
    right : Tensor of shape (..., n, p)
    low : Tensor of shape (..., m, n), optional
        A small correction of `left`, the digits that `left` could not hold.

    Returns
    -------
    high, low, slack : Tensor of shape (..., m, p)
        |target − (left + low) right − high − low| ≤ slack in every entry, on every BLAS and in
        every order of summation.

    Notes
    -----
    With left = L₁ + L₂ + L₃ and right = R₁ + R₂ + R₃ the product is L₁R₁ + (L₁R₂ + L₂R₁) +
    (L₁R₃ + L₂(R₂ + R₃) + L₃ right). The first two sums are exact in float64, because
    n 2^(2 bits) ≤ 2⁵³; the third one is smaller by 2^(−2 bits) and only rounded. Nothing is
    dropped.

    References
    ----------
    Ozaki, Ogita, Oishi & Rump (2012), Numerical Algorithms 59, sections 3 and 4.

    Examples
    --------
    >>> x = torch.tensor([[1.0 + 2.0**-30]], dtype=torch.float64)
    >>> high, low, slack = doubled_residual(x * x, x, x)
    >>> high.item() == -(2.0**-60)  # the digit that x * x, rounded, could not hold
    True

    Explained in [How an answer proves itself](../theory/proof.py).
    """
    n = left.shape[-1]
    bits = (53 - math.ceil(math.log2(n))) // 2
    left, right, scale = balanced(left, right)
    e, f = exponent(left, -1), exponent(right, -2)
    rows, columns = power_of_two(e), power_of_two(f)
    size = rows * columns
    right = right * power_of_two(-f)
    l1, l2, l3 = slices(left * power_of_two(-e), bits)
    r1, r2, r3 = slices(right, bits)
    if low is not None:
        l3 = l3 + low * scale * power_of_two(-e)
    up = 2.0**bits  # balances the three products, for the norms below
    lefts = torch.cat((l1 / up, l2, l3 * up), -1)
    rights = torch.cat((r3 * up, right - r1, right / up), -2)
    middle = lefts[..., : 2 * n] @ torch.cat((r2 * up, r1), -2)
    s0, t0 = two_sum(target, -size * (l1 @ r1))
    s1, t1 = two_sum(s0, -size * middle)
    row_norms = torch.linalg.vector_norm(lefts, dim=-1, keepdim=True) + 2.0**-500
    column_norms = rights.square().sum(-2, keepdim=True).sqrt()  # vector_norm is 8 times slower
    slack = SAFETY * gamma(3 * n + 4) * row_norms * column_norms * size
    slack = slack + 8 * U * U * (s0.abs() + s1.abs())
    slack = slack + n * SMALLEST_NORMAL * (rows + columns + 16)  # what `balanced` made vanish
    return *two_sum(s1, (t0 + t1) - size * (lefts @ rights)), slack
