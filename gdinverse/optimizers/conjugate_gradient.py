"""Rung 2: descent whose learning rate and momentum are computed at each step."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse import rates
from gdinverse.optimizers.informed import Informed
from gdinverse.problems.linear_problem import LinearProblem, norm


class ConjugateGradient(Informed):
    """Conjugate gradients on the least-squares loss of a linear problem (CGLS).

    No method that only combines gradients has a smaller loss at the same step. Each matrix of a
    batch has its own α and β. From X = 0 it finds the pseudo-inverse of a singular matrix.

    Parameters
    ----------
    problem : LinearProblem
        The problem to solve, from wherever its X stands.

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

    def __init__(self, problem: LinearProblem, **options: Any) -> None:
        if not isinstance(problem, LinearProblem):
            raise TypeError(
                f"ConjugateGradient needs a linear problem; {type(problem).__name__} is none: "
                "take torch.optim.SGD, or the optimizer that its operation takes by itself"
            )
        if options:
            raise TypeError(f"ConjugateGradient has no options, and got {', '.join(options)}")
        super().__init__(problem)
        self.problem = problem
        self.R = -problem.residual().detach()
        self.P = self.S = problem.adjoint(self.R)
        self.square = norm(self.S).square()
        self.lr = self.momentum = torch.zeros_like(self.square)
        self.target_norm = norm(problem.target)
        self.map_norm = problem.map_norm()
        self._look()

    def theory(self, start: list[Tensor], steps: int) -> rates.Prediction:
        return rates.conjugate_gradient(self.problem.modes(start[0]), min(steps, 1000))

    def losses(self) -> Tensor:
        return self.problem.forward().detach()

    @torch.no_grad()
    def step(self, closure: object = None) -> None:  # type: ignore[override]
        """Move each X along its direction, as far as the loss goes down."""
        image = self.problem.map(self.P)
        alpha = _ratio(self.square, norm(image).square())
        self.problem.X.add_(_wide(alpha) * self.P)
        self.R = self.R - _wide(alpha) * image
        self.S = self.problem.adjoint(self.R)
        square = norm(self.S).square()
        beta = _ratio(square, self.square)
        self.P, self.square = self.S + _wide(beta) * self.P, square
        self.lr, self.momentum = alpha * self.problem.entries / 2, beta
        self._look()

    def _look(self) -> None:
        """See where the least-squares solution is reached, as far as this dtype can tell."""
        eps, size = torch.finfo(self.R.dtype).eps, norm(self.R)
        solved = self.square.sqrt() <= 2 * eps * self.map_norm * size
        self.exhausted = self.exhausted | solved | (size <= eps * self.target_norm)


def _ratio(above: Tensor, below: Tensor) -> Tensor:
    """Above / below, and 0 where there is nothing left to divide."""
    return torch.where(below > 0, above / below, torch.zeros_like(above))


def _wide(scalar: Tensor) -> Tensor:
    return scalar[..., None, None]
