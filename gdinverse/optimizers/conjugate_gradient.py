"""Rung 2: descent whose learning rate and momentum are computed at each step."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse import rates
from gdinverse.core.methods import Informed
from gdinverse.core.problem import need
from gdinverse.core.tensors import norm, wide


def conjugate_law(problem: Any, start: list[Tensor], steps: int) -> rates.Prediction | None:
    """What theory says of a run: the recursion on one number per mode."""
    modes = problem.modes(start[0])
    return None if modes is None else rates.conjugate_gradient(modes, min(steps, 1000))


class ConjugateGradient(Informed):
    """Conjugate gradients on the least-squares loss of a linear problem (CGLS).

    No method that only combines gradients has a smaller loss at the same step. Each matrix of a
    batch has its own α and β. From X = 0 it finds the pseudo-inverse of a singular matrix.

    Parameters
    ----------
    problem : LinearProblem
        Any problem with a linear map and its adjoint, from wherever its X stands.

    Attributes
    ----------
    lr, momentum : Tensor of shape (...)
        What the last step took as learning rate and momentum, in the units of torch's SGD.

    Notes
    -----
    With the map A, its adjoint A*, and the residual R = target − A X, a step is

        α = ‖A*R‖² / ‖A P‖²,    X ← X + α P,    R ← R − α A P,
        β = ‖A*R⁺‖² / ‖A*R‖²,   P ← A*R⁺ + β P.

    How it differs from the textbook:

    1. R is recurred, and A*R computed from it. Recurring A*R would square the condition number.
    2. It stops where ‖A*R‖ ≤ 2ε‖A‖‖R‖ or ‖R‖ ≤ ε‖target‖. The first says that the least-squares
       solution is reached; the second is for a residual that goes to zero, where the first never
       fires. Past that it divides rounding by rounding and blows up.

    References
    ----------
    Hestenes & Stiefel (1952), Methods of conjugate gradients for solving linear systems, §10.
    Björck (1996), Numerical methods for least squares problems, §7.4.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.inv(
    ...     gd.matrices.random_2020(), optimizer=gd.ConjugateGradient,
    ...     tolerance=1e-9, finish=False,
    ... )
    Result(converged after 4 steps, relative error at most ...)

    Explained in [Three rungs](../theory/ladder.py).
    """

    def __init__(self, problem: Any, **options: Any) -> None:
        need(problem, self, "map", "adjoint", "map_norm")
        if options:
            raise TypeError(f"ConjugateGradient has no options, and got {', '.join(options)}")
        super().__init__(problem)
        # A* R is kept divided by a power of two near ‖A‖, so that no square leaves the range.
        self.map_norm = problem.map_norm()
        self.unit = torch.ldexp(torch.ones_like(self.map_norm), torch.frexp(self.map_norm).exponent)
        self.R = -problem.residual().detach()
        self.P = self.S = self._downhill()
        self.slope = norm(self.S)
        self.lr = self.momentum = torch.zeros_like(self.slope)
        self.target_norm = norm(problem.target)
        self._look()

    law = staticmethod(conjugate_law)

    @torch.no_grad()
    def look(self) -> tuple[Tensor, Tensor, Tensor]:
        losses = self.problem.forward()
        return losses, *self.problem.quick_bound(losses)

    @torch.no_grad()
    def advance(self) -> None:
        """Move each X along its direction, as far as the loss goes down."""
        image = self.problem.map(self.P)
        alpha = _ratio(self.slope.square(), (norm(image) / self.unit).square()) / self.unit
        self.problem.X.add_(self._wide(alpha) * self.P)
        self.R = self.R - self._wide(alpha) * image
        self.S = self._downhill()
        slope = norm(self.S)
        beta = _ratio(slope.square(), self.slope.square())
        self.P, self.slope = self.S + self._wide(beta) * self.P, slope
        self.lr, self.momentum = alpha / self.unit * self.problem.entries / 2, beta
        self._look()

    def _downhill(self) -> Tensor:
        return self.problem.adjoint(self.R) / self._wide(self.unit)

    def _wide(self, scalar: Tensor) -> Tensor:
        return wide(scalar).to(self.R.dtype)

    def _look(self) -> None:
        """See where the least-squares solution is reached, as far as this dtype can tell."""
        eps, size = torch.finfo(self.R.dtype).eps, norm(self.R)
        solved = self.slope <= 2 * eps * self.map_norm / self.unit * size
        self.exhausted = self.exhausted | solved | (size <= eps * self.target_norm)


def _ratio(above: Tensor, below: Tensor) -> Tensor:
    """Above / below, and 0 where there is nothing left to divide."""
    return torch.where(below > 0, above / below, torch.zeros_like(above))
