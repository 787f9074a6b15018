"""What a run came to, as facts; and the one place that turns them into a status."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from gdinverse.core.result import History, Status, code

OPEN = -1  # no verdict of the problem's own


@dataclass
class Outcome:
    """The facts of a run, each of shape (...) unless said; a problem's own looks add to them.

    Attributes
    ----------
    losses, bounds, errors : Tensor of shape (steps + 1, ...)
        The record; errors may be None.
    steps : long Tensor
        Where each matrix settled.
    error_bound : float64 Tensor
        What is proven of the value.
    finite, stopped, beyond, still : bool Tensor
        The input is finite; the run ended before max_steps: nothing is left to gain from steps,
        or the loss grew beyond repair, or the optimizer stood still.
    verdicts : long Tensor
        What the problem itself says, as codes; -1 where it says nothing.
    witness, distance : Tensor or None
        As in `Result`.
    tolerance : float
    max_steps : int
    """

    losses: Tensor
    bounds: Tensor
    errors: Tensor | None
    steps: Tensor
    error_bound: Tensor
    finite: Tensor
    stopped: Tensor
    beyond: Tensor
    still: Tensor
    verdicts: Tensor
    tolerance: float
    max_steps: int
    witness: Tensor | None = None
    distance: Tensor | None = None

    @property
    def short(self) -> Tensor:
        """Where the run ended by itself above the tolerance, and the problem has said nothing."""
        open_ = self.stopped & self.finite & (self.verdicts == OPEN)
        return open_ & ~(self.error_bound <= self.tolerance)

    @property
    def unproven(self) -> Tensor:
        """Where, moreover, nothing at all is proven."""
        return self.short & ~self.error_bound.isfinite()

    def say(self, where: Tensor, status: Status) -> None:
        """The problem's own word on some of its matrices."""
        self.verdicts = self.verdicts.masked_fill(where, code(status))

    def codes(self) -> Tensor:
        """The one verdict: later lines overrule earlier ones, and only the bound says converged."""
        codes = torch.full_like(self.steps, code(Status.out_of_steps))
        codes.masked_fill_(self.stopped, code(Status.floor))
        codes.masked_fill_(self.still, code(Status.stalled))
        codes.masked_fill_(self.beyond, code(Status.diverged))
        codes = torch.where(self.verdicts == OPEN, codes, self.verdicts)
        codes.masked_fill_(self.error_bound <= self.tolerance, code(Status.converged))
        return codes.masked_fill_(~self.finite, code(Status.not_finite))

    def history(self) -> History:
        """The record, with no bound where it says nothing."""
        bounds = torch.where(self.bounds < 1, self.bounds, torch.inf)
        return History(self.losses, bounds, self.errors)

    def replace(self, where: Tensor, losses: Tensor, bounds: Tensor, steps: Tensor) -> None:
        """Let another run, over some of the matrices alone, take the place of theirs."""
        length = max(len(self.losses), len(losses))
        self.losses = _grafted(self.losses, where, losses, length)
        self.bounds = _grafted(self.bounds, where, bounds, length)
        if self.errors is not None:
            unknown = torch.full_like(losses, torch.nan)
            self.errors = _grafted(self.errors, where, unknown, length)
        self.steps = grafted(self.steps, where, steps)


def grafted(tensor: Tensor, where: Tensor, part: Tensor) -> Tensor:
    """A copy with some matrices' entries replaced."""
    tensor = tensor.clone()
    tensor[where] = part.to(tensor.dtype)
    return tensor


def _grafted(curves: Tensor, where: Tensor, part: Tensor, length: int) -> Tensor:
    curves, part = _padded(curves, length).movedim(0, -1), _padded(part, length).movedim(0, -1)
    return grafted(curves, where, part).movedim(-1, 0)


def _padded(curve: Tensor, length: int) -> Tensor:
    """A curve of that length; the last value goes on."""
    return torch.cat((curve, curve[-1:].expand(length - len(curve), *curve.shape[1:])))
