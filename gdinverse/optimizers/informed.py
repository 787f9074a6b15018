"""What the loop asks of an optimizer that knows the problem."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse.problems.problem import Problem
from gdinverse.rates import Prediction


class Informed(torch.optim.Optimizer):
    """An optimizer that sees the problem, where torch's see only parameters and gradients.

    A subclass defines `losses` and `step`. It works on every matrix of a batch by itself.

    Attributes
    ----------
    guess : str
        The first guess that suits this optimizer, for whoever does not choose one.
    exhausted : bool Tensor of shape (...)
        Where no further step can help.
    """

    guess = "zeros"

    def __init__(self, problem: Problem, **defaults: Any) -> None:
        super().__init__(problem.parameters(), defaults)
        self.exhausted = torch.zeros_like(problem.finite())

    def theory(self, start: list[Tensor], steps: int) -> Prediction | None:
        """What theory says of a run from `start`, where it says anything."""
        return None

    def losses(self) -> Tensor:
        """The losses of the current iterate, shape (...), keeping what the next step needs."""
        raise NotImplementedError
