"""Rung 3: the step is multiplied by the iterate itself."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor

from gdinverse import rates
from gdinverse.core.methods import Informed
from gdinverse.core.problem import need
from gdinverse.core.tensors import norm, plus_product
from gdinverse.schedules import Schedule

UNSEEN = 64  # steps in which any direction that M can see has grown to full size
LONGEST = 200  # steps after which even the least square that the dtype tells from 0 has grown
SHRINKING = 0.5  # the share that a step leaves of a direction that is certainly seen
SAFE = (0.1, 1.0)  # a spectrum in (0, 1] stays there for any estimate in this range


class RelativeGradient(Informed):
    """The relative (natural) gradient: X ← X + (I − X M) X, known as Newton–Schulz.

    Parameters
    ----------
    problem : Inverse, PseudoInverse, LinearSystem, …
        Any problem with a `deviation` R and a way for a step to `multiply` its unknowns.
    scaled : bool, optional
        Carry one vector, the direction still missing, and stretch each step by what it says of
        the smallest singular value. It halves the steps, for n² more a step. By default wherever
        the step is a polynomial in R, unless there is a schedule; triangular steps, as of
        `Cholesky`, are not stretched.
    schedule : Schedule, optional
        Polynomials that take the place of the plain step, one a step; see `schedules`.

    Raises
    ------
    ValueError
        For triangular steps that are to be scaled or to follow a schedule, for a scaled step of a
        schedule, which has its coefficients already, and for a schedule made for another power
        than the problem's.
    TypeError
        For any other option, or a problem without such a step.

    Notes
    -----
    With R = I − X M, the plain step gives R⁺ = R²: the digits double once ‖R‖ < 1, which the
    start Mᵀ/(‖M‖₁‖M‖_∞) makes sure of for the 2-norm. The scaled step is

        v ← R v/‖R v‖,   l = vᵀ X M v kept in [0.1, 1],   s = 2/(1 + l),
        X ← sX + (I − sX M) sX = s(2 − s) X + s² R X.

    Where both factors are unknown, as in XᵀX = I, a step is X ← X (I + R/2), scaled by
    s = 3/(1 + √l + l) on XᵀX.

    ‖M v‖ is a bound on the distance of M to a singular matrix. A direction in which it is below
    n ε‖M‖ gets 64 steps to prove itself, one in which it vanishes none.

    References
    ----------
    Schulz (1933), Iterative Berechnung der reziproken Matrix. Cardoso & Laheld (1996),
    Equivariant adaptive source separation. Amari (1998), Natural gradient works efficiently in
    learning. Pan & Schreiber (1991), An improved Newton iteration for the generalized inverse of
    a matrix, for scaled steps.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> M = gd.matrices.random_2020()
    >>> for scaled in (False, True):
    ...     print(gd.inv(M, optimizer=gd.RelativeGradient, scaled=scaled, tolerance=1e-6))
    Result(converged after 13 steps, relative error at most ...)
    Result(converged after 8 steps, relative error at most ...)

    Explained in [Three rungs](../theory/ladder.py).
    """

    guess = "transpose"

    def __init__(
        self,
        problem: Any,
        scaled: bool | None = None,
        schedule: Schedule | None = None,
        **options: Any,
    ) -> None:
        if options:
            raise TypeError(
                f"RelativeGradient takes scaled or schedule, and got {', '.join(options)}"
            )
        need(problem, self, "deviation", "multiply")
        scaled = problem.scalable and schedule is None if scaled is None else scaled
        check(schedule, scaled, problem)
        super().__init__(problem, scaled=scaled, schedule=schedule)
        problem.begin()
        self.scaled, self.schedule, self.taken = scaled, schedule, 0
        self.R = problem.deviation()
        n = self.R.shape[-1]
        self.v = probe(n, self.R.device).to(self.R.dtype).expand(*self.R.shape[:-2], n, 1)
        self.unseen = torch.zeros_like(self.exhausted, dtype=torch.long)
        self.law = partial(relative_law, scaled, schedule)

    @torch.no_grad()
    def look(self) -> tuple[Tensor, Tensor, Tensor]:
        self.R = self.problem.deviation()
        if self.problem.deviation_ends:
            size, before = norm(self.R), getattr(self, "size", torch.inf)
            self.looks = getattr(self, "looks", -1) + 1
            over = (size < 0.25) & ~(size < before / 2)  # rounding is all that is left
            over = (over & self.settled) | (self.looks >= LONGEST)
            self.exhausted = self.exhausted | over | (size <= self.problem.enough)
            self.size = size
        return self.problem.relative_look(self.R)

    @torch.no_grad()
    def advance(self) -> None:
        """Add the residual times the iterate, or what the schedule says."""
        self._follow()
        if self.schedule is not None:
            self._scheduled(self.schedule.about_one(self.taken))
            self.taken += 1
            return
        s: Any = 1.0
        if self.scaled:
            least = 1 - (self.v * (self.R @ self.v)).sum(-2, keepdim=True)
            s = rates.stretch(least.clamp(*SAFE), self.problem.power)
        a, b = rates.coefficients(s, self.problem.power)
        self.problem.multiply(a, self.R * b)

    @property
    def settled(self) -> bool:
        """Whether steps are of one kind from here on: a schedule may first lead away from I."""
        return self.schedule is None or self.taken >= len(self.schedule.coefficients)

    def _scheduled(self, m: tuple[float, ...]) -> None:
        """Multiply by m₀ I + R (m₁ I + R (m₂ I + …))."""
        T = self.R * m[-1]
        for c in m[-2:0:-1]:
            T = plus_product(self.R * c, self.R, T)
        self.problem.multiply(m[0], T)

    def _follow(self) -> None:
        """Follow the direction that is still missing, and see whether M can see it at all."""
        missing = self.R @ self.v
        size = torch.linalg.vector_norm(missing, dim=-2, keepdim=True)
        self.v = torch.where(size > 0, missing / size, self.v)
        if float(size.max()) < SHRINKING:  # what M cannot see does not shrink
            self.unseen.zero_()
            return
        seen, eps = self.problem.seen(self.v), torch.finfo(self.R.dtype).eps
        faint = seen <= self.v.shape[-2] * eps
        self.unseen = (self.unseen + 1).mul_(faint)
        if faint.any():
            self.exhausted = self.exhausted | (seen <= eps / 16) | (self.unseen >= UNSEEN)


def probe(n: int, device: torch.device) -> Tensor:
    """A vector that no structured matrix is likely to be orthogonal to, (n, 1) in float64."""
    return torch.cos(torch.arange(1, n + 1, dtype=torch.float64, device=device) ** 2)[:, None]


def check(schedule: Schedule | None, scaled: bool, problem: Any) -> None:
    """Refuse what fits no polynomial step, and a schedule that was made for another one."""
    if not problem.scalable and (scaled or schedule is not None):
        raise ValueError(
            f"{'scaled=True' if scaled else 'a schedule'} changes a step by a polynomial in R, and "
            f"the steps of {type(problem).__name__} are triangular: leave it out"
        )
    if schedule is None:
        return
    if scaled:
        raise ValueError("scaled=True: a schedule has its coefficients already; leave scaled out")
    if schedule.power != problem.power:
        raise ValueError(
            f"this schedule has power={schedule.power}, and {type(problem).__name__} needs "
            f"power={problem.power}: pass that when you make it"
        )


def relative_law(
    scaled: bool, schedule: Schedule | None, problem: Any, start: list[Tensor], steps: int
) -> rates.Prediction | None:
    """What theory says of a run whose unknowns began in the eigenbasis of the given matrix."""
    R = problem.deviation()
    if not problem.scalable:
        return rates.triangular(problem.first_deviation(start), min(steps, LONGEST))
    spectrum = problem.spectrum(start, probe(R.shape[-1], R.device))
    if spectrum is None:
        return None
    f, w = spectrum
    safe, count = SAFE if scaled else None, min(steps, LONGEST)
    options = {"power": problem.power, "extent": problem.extent(), "schedule": schedule}
    return rates.relative(problem.modes(start[0]), f, w, count, safe, **options)
