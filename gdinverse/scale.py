"""Exact scaling by powers of two, so that squares neither overflow nor vanish."""

from __future__ import annotations

import torch
from torch import Tensor


def to_unit(A: Tensor) -> tuple[Tensor, Tensor]:
    """A/2^e with its largest entry in [½, 1), and the exponents e of shape (...).

    Where that would round some entry, because A spans more powers of two than its dtype has,
    that matrix is left as it is, with e = 0.
    """
    exponents = torch.frexp(A.abs().amax(dim=(-2, -1))).exponent.long()
    scaled = times_power(A, -exponents)
    exact = (times_power(scaled, exponents) == A).all(-1).all(-1)
    return torch.where(exact[..., None, None], scaled, A), torch.where(exact, exponents, 0)


def balanced(A: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Scale rows, then columns, to largest entries in [½, 1); the exponents that do so.

    A is the balanced matrix times 2^rows from the left and 2^columns from the right. What under-
    or overflows on the way is lost, so a proof must look at A itself.
    """
    rows = torch.frexp(A.abs().amax(-1, keepdim=True)).exponent
    A = torch.ldexp(A, -rows)
    columns = torch.frexp(A.abs().amax(-2, keepdim=True)).exponent
    return torch.ldexp(A, -columns), rows, columns


def times_power(A: Tensor, exponents: Tensor) -> Tensor:
    """A · 2^e, in steps that do not overflow by themselves."""
    half = exponents // 2
    for part in (half, exponents - half):
        A = torch.ldexp(A, part[..., None, None].to(A.dtype))
    return A
