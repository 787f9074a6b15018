"""What the SVD and the symmetric eigenvalue problem share: a rotation that makes diagonal."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from gdinverse.core.outcome import Outcome
from gdinverse.core.problem import Problem
from gdinverse.core.result import Result, Status
from gdinverse.core.run import minimize
from gdinverse.core.tensors import eye_like, sound, times_power
from gdinverse.optimizers import OrthogonalGradient
from gdinverse.optimizers.orthogonal_gradient import off_diagonal


class Rotation(Problem):
    """Find the rotation V that makes VᵀHV diagonal, for a symmetric H.

    The loss is the mean over n² entries of the squared off-diagonal entries of VᵀHV. It is meant
    for V on the orthogonal group, where `OrthogonalGradient` keeps it. The matrix is first scaled
    by a power of two, so that its largest entry is in [½, 1).

    A subclass sets the buffer `M`, calls `start` with the scaled matrix, and defines `turned`,
    `distance` and `_off_by`.
    """

    M: Tensor
    core: Tensor
    exponents: Tensor
    V: nn.Parameter

    def turned(self, V: Tensor) -> Tensor:
        """VᵀHV."""
        raise NotImplementedError

    def distance(self, G: Tensor) -> Tensor:
        """How far G = VᵀHV is from diagonal, as an estimate of the relative error, shape (...)."""
        raise NotImplementedError

    def _off_by(self, V: Tensor, off: Tensor) -> Tensor:
        """A bound on the values' error, from one on the off-diagonal part of VᵀHV."""
        raise NotImplementedError

    def forward(self) -> Tensor:
        return self.losses_of(self.turned(self.V))

    def losses_of(self, G: Tensor) -> Tensor:
        """The losses that belong to G = VᵀHV."""
        return off_diagonal(G).square().mean(dim=(-2, -1))

    @torch.no_grad()
    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """Bound the relative error by the off-diagonal part, the drift of V, and rounding.

        The rounding part is reported as 0: where this loss has its floor, the small values are
        still on their way, and only the optimizer knows when they have arrived.
        """
        V, n = self.V, self.V.shape[-1]
        unit = torch.finfo(V.dtype).eps / 2
        size = torch.linalg.vector_norm(self.core, dim=(-2, -1)).double()
        longest = lengths(self.core).amax(-1).double()
        drift = torch.linalg.vector_norm(eye_like(V) - V.mT @ V, dim=(-2, -1)).double()
        lost = 2 * (math.sqrt(n) + 1) * (n + 4) * unit
        off = n * losses.double().sqrt() + lost * self._scale(size)
        bound = self._off_by(V, off) + (drift + lost) * size
        return torch.where(longest > 0, bound / longest, 0), torch.zeros_like(bound)

    def _scale(self, size: Tensor) -> Tensor:
        """The norm of H, from that of the matrix."""
        raise NotImplementedError

    @torch.no_grad()
    def rotation(self) -> Tensor:
        """V, with the drift from orthogonality that steps leave taken out."""
        V = self.V.detach()
        return V + V @ (eye_like(V) - V.mT @ V) / 2

    def error_from(self, exact: Any) -> Tensor:
        """The largest error of a value, relative to the largest value in modulus."""
        off = (self.values_of(self.value()).double() - self.values_of(exact)).abs().amax(-1)
        return off / self.values_of(exact).abs().amax(-1)

    def values_of(self, value: Any) -> Tensor:
        """The singular values or eigenvalues in a value."""
        raise NotImplementedError

    def settle(self, outcome: Outcome) -> None:
        """Values that the dtype cannot hold have a status of their own."""
        lost = ~self.values_of(self.value()).isfinite().all(-1)
        outcome.say(outcome.finite & lost, Status.overflow)

    @property
    def given(self) -> tuple[Tensor, ...]:
        return (self.M,)

    @property
    def enough(self) -> float:
        """No correction takes over from the steps."""
        return 0.0

    @property
    def last_digit(self) -> float:
        """The tolerance that asks for the last digits of the dtype: 32 n ε, relative."""
        return 32 * max(self.M.shape[-2:]) * torch.finfo(self.M.dtype).eps


def lengths(A: Tensor) -> Tensor:
    """The 2-norm of each column; a tenth of the time of vector_norm along rows."""
    return A.square().sum(-2).sqrt()


def to_unit(M: Tensor) -> tuple[Tensor, Tensor]:
    """M/2^e with its largest entry in [½, 1), and e; zeros in place of what is not finite.

    Entries that this takes below the range of the dtype are lost. The final bound, which looks at
    M itself, knows of it.
    """
    M = sound(M).to(M.dtype)
    exponents = torch.frexp(M.abs().amax(dim=(-2, -1))).exponent.long()
    return times_power(M, -exponents).contiguous(), exponents


def mixing(n: int, like: Tensor) -> Tensor:
    """A fixed rotation without any pattern.

    Banded and other structured matrices have long chains of neighbors that only talk to each
    other; seen from here every entry talks to every other, and they take a third of the steps.
    """
    i = torch.arange(1, n + 1, dtype=torch.float64, device=like.device)
    return torch.linalg.qr(torch.cos(i[:, None] * (i[:, None] + math.sqrt(2) * i))).Q.to(like)


def decomposed(problem: Rotation, options: dict[str, Any]) -> Result:
    """One run on the orthogonal group, the only method for these problems."""
    if "optimizer" in options:
        raise TypeError(
            f"optimizer={options['optimizer']!r}: this operation turns a rotation, by "
            "gd.OrthogonalGradient alone; other optimizers find an SVD through gd.PenaltySVD"
        )
    return minimize(problem, OrthogonalGradient, **options)
