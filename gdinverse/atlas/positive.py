"""Operations on positive definite matrices: two factors kept side by side, and a witness."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gdinverse.core.outcome import Outcome
from gdinverse.core.result import Status
from gdinverse.core.tensors import (
    eye_like,
    norm,
    plus_product,
    random_matrices,
    sound,
    times_power,
    wide,
)
from gdinverse.operations.eigh import symmetric
from gdinverse.operations.relative import Relative
from gdinverse.operations.rotation import to_unit
from gdinverse.proof import Ball
from gdinverse.proof.error_free import SMALLEST_NORMAL


class Positive(Relative):
    """Find factors Z and Y of I with Y = S Z, for a symmetric positive definite S.

    One of the two is the unknown X. The relative gradient keeps the other, its `partner`, beside
    it and improves both by R = I − Z Y, the partner's step on the other side. It starts anew from
    Z = I/√‖S‖ wherever X stands, and its losses are the mean squares of R. Other optimizers know
    X alone, and their loss is that of the operation.

    S is first scaled to `core` by a power of four, which moves no digit. A subclass says whether X
    is Y (`degree` 1) or Z (−1), and defines `residual`, `correction` and `exact`.

    References
    ----------
    Higham (2008), Functions of matrices, section 6.7, for why the two are kept.
    """

    power, deviation_ends = 2, True
    degree = 1
    core: Tensor
    powers: Tensor
    partner: Tensor

    def __init__(self, S: Any) -> None:
        super().__init__()
        M = symmetric(S)
        core, exponents = to_unit(M)
        odd = exponents % 2
        self.register_buffer("M", M)
        self.register_buffer("core", times_power(core, odd))
        self.register_buffer("powers", (exponents - odd) // 2)
        Z, Y = self.guess()
        X, partner = (Y, Z) if self.degree > 0 else (Z, Y)
        self.X = nn.Parameter(X)
        self.register_buffer("partner", partner)

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> Positive:
        M = random_matrices(*batch, 4, 4)
        return cls((M @ M.mT).to(dtype))

    def guess(self) -> tuple[Tensor, Tensor]:
        """Z = I/√‖S‖ and Y = S Z."""
        size = wide(norm(self.core).clamp(min=0.5).sqrt().to(self.M.dtype))
        return (eye_like(self.M) / size).contiguous(), self.core / size

    def pair(self) -> tuple[Tensor, Tensor]:
        """Z and Y, as they are now."""
        X = self.X.detach()
        return (self.partner, X) if self.degree > 0 else (X, self.partner)

    @torch.no_grad()
    def begin(self) -> None:
        for now, first in zip(self.pair(), self.guess(), strict=True):
            now.copy_(first)

    @torch.no_grad()
    def deviation(self) -> Tensor:
        Z, Y = self.pair()
        return plus_product(eye_like(Z), Z, Y, -1)

    @torch.no_grad()
    def multiply(self, a: Tensor | float, T: Tensor) -> None:
        Z, Y = self.pair()
        Z.copy_(plus_product(a * Z, T, Z))
        Y.copy_(plus_product(a * Y, Y, T))

    def spectrum(self, start: list[Tensor], v: Tensor) -> tuple[Tensor, Tensor] | None:
        values, vectors = torch.linalg.eigh(sound(self.core))
        size = norm(self.core).clamp(min=0.5)[..., None]
        return values / size, (vectors.mT @ v).squeeze(-1).square()

    def extent(self) -> Tensor:
        """The squared size of the answer along each eigenvector."""
        return torch.linalg.eigvalsh(sound(self.core)).clamp(min=0).pow(self.degree)

    def ball(self) -> Ball:
        """S as scaled, with what the scaling made vanish."""
        scaled = times_power(sound(self.M), -2 * self.powers)
        return Ball.exact(scaled).widened(0 * norm(self.core) + SMALLEST_NORMAL)

    def scaled(self, X: Tensor, sign: int = 1) -> Tensor:
        """X in the units of the given matrix, or back from them."""
        return times_power(X, sign * self.degree * self.powers)

    def value(self) -> Tensor:
        return self.scaled(self.unknown())

    def to_answer(self) -> None:
        self.restore([self.scaled(self.exact(), -1).to(self.dtype)])

    @torch.no_grad()
    def settle(self, outcome: Outcome) -> None:
        """Look for a vector that shows why nothing is proven."""
        rest = outcome.unproven
        outcome.say(rest, Status.undecided)
        if not rest.any():
            return
        v = torch.linalg.eigh(sound(self.core)).eigenvectors[..., :1]
        form = Ball.exact(v).mT @ self.ball() @ Ball.exact(v)
        highest = (form.high + form.low.abs() + form.radius)[..., 0, 0]
        near = self.M.shape[-1] * torch.finfo(self.M.dtype).eps * norm(self.core).clamp(min=0.5)
        found = rest & (highest <= near)
        outcome.say(found, Status.indefinite)
        v = torch.where(found[..., None], v.squeeze(-1), torch.nan)
        outcome.witness = v.to(self.M.dtype)


def anticommuted(A: Tensor, F: Tensor) -> Tensor:
    """About the W with A W + W A = F, for a symmetric A."""
    values, V = torch.linalg.eigh(A.nan_to_num(0, 0, 0))
    return V @ (V.mT @ F @ V / (values.unsqueeze(-1) + values.unsqueeze(-2))) @ V.mT


def root_of(lowest: Tensor) -> Tensor:
    """A lower bound on √λ from a positive one on λ; −inf where there is none."""
    return torch.where(lowest > 0, lowest.sqrt() * (1 - 2.0**-50), -torch.inf)
