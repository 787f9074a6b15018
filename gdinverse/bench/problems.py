"""Problems with a known answer, start and curvature: h_max = 1, an answer of size 1, start 0."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from gdinverse import rates
from gdinverse.core.problem import Problem
from gdinverse.matrices import with_singular_values
from gdinverse.operations.penalty_svd import PenaltySVD

TARGET = 1e-6  # of √(loss / first loss); conjugate gradients bound the loss, not the error
SIZE = 16  # rows of the main problem's X, which has 256 curvatures


class Quadratic(Problem):
    """Half of eᵀ H e, where e is what is left between X and the answer.

    Parameters
    ----------
    H : float64 Tensor of shape (p, p)
        The Hessian, in the order of `X.flatten()`.
    answer : float64 Tensor with p entries
        Where the loss is zero.
    start : Tensor of the answer's shape, optional
        By default zeros.
    noise : float
        Standard deviation of what each evaluation adds to each entry of the gradient.
    """

    def __init__(
        self, H: Tensor, answer: Tensor, start: Tensor | None = None, noise: float = 0.0
    ) -> None:
        super().__init__()
        self.H, self.answer, self.noise = H, answer, noise
        self.X = nn.Parameter(torch.zeros_like(answer) if start is None else start.clone())
        self.generator = torch.Generator().manual_seed(0)

    def forward(self) -> Tensor:
        e = (self.X - self.answer).flatten()
        return e @ (self.H @ e) / 2

    def backward(self) -> Tensor:
        X = self.X.detach()
        e = (X - self.answer).flatten()
        gradient = self.H @ e
        loss = e @ gradient / 2
        if self.noise:
            gradient += self.noise * torch.randn(len(e), generator=self.generator, dtype=e.dtype)
        self.X.grad = gradient.view_as(X)
        return loss

    def finite(self) -> Tensor:
        return torch.tensor(True)

    def spectrum(self) -> rates.Modes:
        """The error of X along the eigenvectors of H."""
        h, directions = torch.linalg.eigh(self.H)
        weight = (directions.mT @ (self.X.detach() - self.answer).flatten()).square()
        return rates.Modes(h.clamp(min=0), weight, self.answer.norm())


@dataclass(frozen=True)
class Trial:
    """A problem of the bench, and how long a run on it may take.

    Attributes
    ----------
    name : str
        What the rows of a report say.
    make : callable
        Returns the problem afresh, at its start.
    budget, quick : int
        The number of gradient evaluations after which a run ends, in full and where it is quick.
    starts : int
        From how many starts, 1e-13 apart, the best run is repeated.
    """

    name: str
    make: Callable[[], Any]
    budget: int
    quick: int
    starts: int = 1


def sandwich(condition_number: float, noise: float = 0.0, rotated: bool = True) -> Quadratic:
    """A X B = C for X of 16 × 16: 256 curvatures from 1 to κ⁻², even in their logarithm.

    Parameters
    ----------
    condition_number : float
        κ of the map X ↦ A X B.
    noise : float
        As for `Quadratic`.
    rotated : bool
        Whether A and B have singular vectors in general position, or are diagonal.

    Examples
    --------
    >>> h = sandwich(10.0).spectrum().curvature
    >>> f"{h.max() / h.min():.1f}"
    '100.0'
    """
    generator = torch.Generator().manual_seed(0)
    i = torch.arange(SIZE, dtype=torch.float64) / (SIZE**2 - 1)
    a, b = condition_number ** (-SIZE * i), condition_number**-i
    A, B = (with_singular_values(x, generator) if rotated else x.diag() for x in (a, b))
    answer = torch.randn(SIZE, SIZE, generator=generator, dtype=torch.float64)
    H = torch.kron(A.mT @ A, B @ B.mT)
    return Quadratic(H, answer / answer.square().mean().sqrt(), noise=noise)


def inverse(condition_number: float, rotated: bool = True) -> Quadratic:
    """X M = c I for M of 8 × 8, its singular values even in their logarithm, each curvature 8-fold.

    Parameters
    ----------
    condition_number : float
        κ of M.
    rotated : bool
        Whether M has singular vectors in general position, or is diagonal.
    """
    sigma = torch.logspace(0, -math.log10(condition_number), 8, dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    M = with_singular_values(sigma, generator) if rotated else sigma.diag()
    answer = torch.linalg.inv(M)
    eye = torch.eye(8, dtype=torch.float64)
    return Quadratic(torch.kron(eye, M @ M.mT), answer / answer.square().mean().sqrt())


def svd() -> PenaltySVD:
    """The SVD with penalties of a 4 × 4 matrix, singular values 1 to 2, from a random guess."""
    generator = torch.Generator().manual_seed(0)
    M = with_singular_values(torch.linspace(2, 1, 4), generator)
    return PenaltySVD(M, penalty=1.0, sigma="free", generator=generator)


MAIN, ALONG, DIAGONAL = "A X B = C, κ 10", "A, B diagonal, κ 10", "diagonal, κ 100"
TRIALS = {
    trial.name: trial
    for trial in (
        Trial(MAIN, lambda: sandwich(10.0), 3000, quick=1200),
        Trial(ALONG, lambda: sandwich(10.0, rotated=False), 3000, quick=1200),
        Trial("A X B = C, κ 100", lambda: sandwich(100.0), 5000, quick=2000, starts=5),
        Trial("inverse, κ 10", lambda: inverse(10.0), 3000, quick=1200),
        Trial(DIAGONAL, lambda: inverse(100.0, rotated=False), 3000, quick=1000),
        Trial("SVD with penalties", svd, 1500, quick=600),
    )
}


def trials(names: Sequence[str], quick: bool) -> list[Trial]:
    """What is run: the problems that are named, or all, or the two that a quick look is at.

    Parameters
    ----------
    names : sequence of str
        The names of rows, where they are chosen.
    quick : bool
        Whether each has its quick budget, and one start.

    Raises
    ------
    ValueError
        For a name that no problem has.
    """
    unknown = [name for name in names if name not in TRIALS]
    if unknown:
        raise ValueError(f"problem={unknown[0]!r}: take one of {', '.join(TRIALS)}")
    chosen = [TRIALS[name] for name in names or ((MAIN, DIAGONAL) if quick else TRIALS)]
    return [replace(trial, budget=trial.quick, starts=1) if quick else trial for trial in chosen]
