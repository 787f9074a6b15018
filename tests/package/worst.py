"""Arithmetic at its worst: a proof must hold for all that its model allows, not for luck."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from gdinverse.proof import gamma

PRODUCTS = (torch.matmul, Tensor.matmul, Tensor.__matmul__)
Measure = Callable[..., tuple[Tensor, Tensor, Tensor]]


class WorstProducts(TorchFunctionMode):
    """Every product that float64 cannot hold is off by γ|A||B|, upward or downward.

    γ_{n−1}, so that with what rounding does anyway it stays within the model's γ_n. The norm of a
    vector is off in the same way.
    """

    def __init__(self, sign: int) -> None:
        super().__init__()
        self.sign = sign

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if func in PRODUCTS:
            return result + self.sign * _allowed(*args)
        if func is torch.linalg.vector_norm:
            entries = args[0].numel() // max(result.numel(), 1)
            return result * (1 + self.sign * gamma(entries // 2))
        return result


def _allowed(a: Tensor, b: Tensor) -> Tensor:
    sizes = a.abs() @ b.abs()
    held = sizes < 2.0**53 * _grid(a, -1) * _grid(b, -2)
    return torch.where(held, 0.0, gamma(a.shape[-1] - 1) * sizes)


def _grid(x: Tensor, dim: int) -> Tensor:
    """The lowest bit that is set along `dim`; every entry is a multiple of it."""
    mantissa, exponent = torch.frexp(x)
    bits = (mantissa * 2.0**53).long()
    lowest = torch.ldexp((bits & -bits).double(), (exponent - 53).double())
    return torch.where(x == 0, torch.inf, lowest).amin(dim, keepdim=True)


def blurred(measure: Measure, blur: float, sign: int) -> Measure:
    """A residual that is off by just the slack that it admits, and that is not small."""

    def residual(*args: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        high, low, slack = measure(*args)
        return high + sign * blur, low, slack + blur * (1 + 2.0**-40)

    return residual
