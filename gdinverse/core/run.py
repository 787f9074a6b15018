"""The one loop: guess once, improve many times, inspect."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from gdinverse import rates
from gdinverse.core.methods import Informed, Law, method_of
from gdinverse.core.outcome import OPEN, Outcome
from gdinverse.core.problem import Problem
from gdinverse.core.result import Result
from gdinverse.core.surroundings import undisturbed

# Steps without a new lowest loss, where rounding can explain all that is left. A residual that
# proves nothing yet is worth more of them: hard matrices waver there before they converge.
PATIENCE, PATIENCE_UNPROVEN = 4, 16
STILL = 40  # steps without any move, after which an optimizer is taken to have stopped
Callback = Callable[..., object]


def minimize(
    problem: Problem,
    optimizer: type[torch.optim.Optimizer],
    *,
    tolerance: float | None = None,
    max_steps: int = 10_000,
    callback: Callback | None = None,
    progress: bool = False,
    finish: bool | None = None,
    true_error: bool = False,
    **options: Any,
) -> Result:
    """Improve a problem's unknowns until the bound is small enough, or a reason to stop appears.

    The run starts from wherever the problem stands, so a run can be continued: call it again.
    Afterwards the problem holds the iterates that the result reports.

    Parameters
    ----------
    problem : Problem
        The matrix operation, or a batch of them.
    optimizer : class
        Any `torch.optim.Optimizer` class, yours included. One that makes a matrix depend on its
        neighbors, such as L-BFGS, takes one matrix at a time.
    tolerance : float, optional
        The relative error to prove. None asks for the last digit of the dtype, 2 ε.
    max_steps : int
        Stop after so many steps whatever has been reached.
    callback : callable, optional
        Called as `callback(step, problem)` at the guess and after every step, or as
        `callback(step, problem, optimizer)` if it takes three arguments: there a scheduler of
        torch can be kept, and stepped.
    progress : bool
        Show a progress bar (tqdm).
    finish : bool, optional
        End with a correction in doubled precision, stop as soon as it can take over, and look
        again, balanced and in float64, at what is unproven then. By default optimizers that know
        the problem do, and torch's show what they reach alone.
    true_error : bool
        Record the true error of each iterate too, against the answer of `torch.linalg`, as
        `history.error`. Nothing else depends on it.
    **options
        Passed to the optimizer: lr, momentum, …

    Returns
    -------
    Result
        One entry per matrix. A run ends by itself: below the tolerance (`converged`), when what
        is left of the residual is within rounding and no longer shrinks (`floor`), when the
        optimizer no longer moves (`stalled`), when the loss has grown by 1/ε² (`diverged`:
        nothing of the answer would survive the way back), or after `max_steps`.

    Raises
    ------
    TypeError, ValueError
        For an optimizer that is no class or lacks what it needs of this problem, a batch given to
        an optimizer that mixes its matrices, or a negative tolerance, lr or max_steps.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.Inverse(gd.matrices.diagonal_2020())
    >>> gd.minimize(problem, torch.optim.SGD, lr=0.9, momentum=0.9, tolerance=1e-6)
    Result(converged after 253 steps, relative error at most 2.3e-07)
    >>> gd.minimize(problem, torch.optim.SGD, lr=2.0, momentum=0.9, tolerance=1e-9)
    Result(diverged after ... steps, relative error at most inf)

    Explained in [When to stop](../series/2b-curve.py#when-to-stop).
    """
    if max_steps < 0 or (tolerance is not None and not tolerance >= 0):
        raise ValueError(f"tolerance={tolerance} and max_steps={max_steps} must not be negative")
    with undisturbed(problem):
        method = method_of(problem, optimizer, options)
        finish = isinstance(method, Informed) if finish is None else finish
        tolerance = problem.last_digit if tolerance is None else float(tolerance)
        record = _Record(problem, method, tolerance, finish, true_error)
        tell = _telling(callback, problem, method.optimizer)
        for step in _steps(max_steps, progress):
            record.add(step)
            tell(step)
            if step == max_steps or record.complete:
                break
            method.advance()
        return record.result(max_steps)


def _telling(callback: Callback | None, problem: Problem, optimizer: Any) -> Callable[[int], Any]:
    """The callback as a function of the step alone."""
    if callback is None:
        return lambda step: None
    try:
        inspect.signature(callback).bind(0, problem, optimizer)
    except (TypeError, ValueError):
        return lambda step: callback(step, problem)
    return lambda step: callback(step, problem, optimizer)


def _steps(max_steps: int, progress: bool) -> Iterable[int]:
    if not progress:
        return range(max_steps + 1)
    from tqdm.auto import tqdm

    return tqdm(range(max_steps + 1), unit="step")


@dataclass(frozen=True, eq=False)
class Theory:
    """What is needed to predict a run that was made: its law, its start, and its rule to stop."""

    law: Law
    problem: Problem
    start: list[Tensor]
    end: list[Tensor]
    rounding: Tensor
    goal: float
    steps: int

    def __call__(self) -> rates.Prediction | None:
        """The predicted curve, with the step at which this run's own rule would end it."""
        with undisturbed(self.problem):
            curve = self.law(self.problem, self.start, self.steps)
            if curve is None:
                return None
            ends, goal = self.problem.deviation_ends, self.goal
            if curve.deviation is not None and (ends or self.problem.deviation_bounds):
                bound = curve.deviation + self.rounding
                goal = self.problem.enough if ends else goal
            elif self.problem.loss_bounds:
                there = copy.deepcopy(self.problem)
                there.restore(self.end)
                bound = there.quick_bound(curve.loss)[0]
            else:
                return curve
            return replace(curve, steps=rates.first(bound <= goal))


def silent() -> None:
    """What theory says of a method that it does not know."""


class _Record:
    """Losses and bounds so far, and for each matrix the iterate at which it settled."""

    def __init__(
        self, problem: Problem, method: Any, tolerance: float, finish: bool, true_error: bool
    ) -> None:
        self.problem, self.method = problem, method
        self.tolerance, self.finish = tolerance, finish
        self.exact = problem.exact() if true_error else None
        self.start = problem.snapshot()
        self.kept = [part.clone() for part in self.start]
        self.losses: list[Tensor] = []
        self.bounds: list[Tensor] = []
        self.errors: list[Tensor] = []
        self.finite = problem.finite()
        self.running = self.finite.clone()
        self.steps = torch.zeros_like(self.running, dtype=torch.long)
        self.beyond, self.still = ~self.running & False, ~self.running & False
        self.lowest_at = torch.full_like(self.steps, -1)
        # The bound to reach by steps: the tolerance, or what the finish can take over.
        self.goal = max(tolerance, problem.enough) if finish else tolerance
        self.complete = not bool(self.running.any())

    def add(self, step: int) -> None:
        """Take down one iterate, and settle the matrices that have a reason to."""
        losses, bound, self.rounding = self.method.look()
        if not step:  # the marks that the losses of a run are held against
            self.lowest = torch.full_like(losses, torch.inf)
            grown = losses / torch.finfo(losses.dtype).eps ** 2
            self.limit = torch.where(losses == 0, torch.inf, grown)
        self.losses.append(losses)
        self.bounds.append(bound)
        if self.exact is not None:
            self.errors.append(self.problem.error_from(self.exact))
        self.lowest_at.masked_fill_(losses < self.lowest, step)
        self.lowest = torch.fmin(self.lowest, losses)
        calm = losses <= self.limit
        ends = (bound <= self.goal).logical_or_(self.method.exhausted).logical_or_(~calm)
        idle = bound <= 2 * self.rounding
        if idle.any():
            ends |= idle & (step - self.lowest_at >= self._patience(bound))
        if step and step % STILL == 0:
            ends |= self._stands(step)
        ends &= self.running
        if ends.any():
            self.beyond |= ends & ~calm & ~(bound <= self.goal) & ~self.method.exhausted
            self.steps.masked_fill_(ends, step)
            self.running = self.running & ~ends
            self.complete = not bool(self.running.any())
            self._keep(ends)

    def _patience(self, bound: Tensor) -> Tensor:
        return torch.where(bound - self.rounding < 1, PATIENCE, PATIENCE_UNPROVEN)

    def _stands(self, step: int) -> Tensor:
        """Where neither the loss nor any unknown has changed for some time."""
        recent = torch.stack(self.losses[-STILL:])
        same = (recent == recent[0]).all(0)
        now = self.problem.snapshot()
        for before, after in zip(getattr(self, "seen", self.start), now, strict=True):
            same &= (before == after).flatten(same.dim()).all(-1)
        self.seen = now
        self.still |= same & self.running
        return same

    def _keep(self, where: Tensor) -> None:
        for kept, parameter in zip(self.kept, self.problem.parameters(), strict=True):
            mask = where.reshape(where.shape + (1,) * (parameter.dim() - where.dim()))
            torch.where(mask, parameter.detach(), kept, out=kept)

    def result(self, max_steps: int) -> Result:
        """Put every matrix at its own iterate and prove what can be proven there."""
        last = len(self.losses) - 1
        self.steps.masked_fill_(self.running, last)
        self._keep(self.running)
        self.problem.restore(self.kept)
        outcome = Outcome(
            losses=torch.stack(self.losses),
            bounds=torch.stack(self.bounds),
            errors=torch.stack(self.errors) if self.errors else None,
            steps=self.steps,
            error_bound=self.problem.finish() if self.finish else self.problem.error_bound(),
            finite=self.finite,
            stopped=~self.running,
            beyond=self.beyond,
            still=self.still,
            verdicts=torch.full_like(self.steps, OPEN),
            tolerance=self.tolerance,
            max_steps=max_steps,
        )
        if self.finish:
            self.problem.settle(outcome)
        return Result(
            self.problem.value(),
            outcome.codes(),
            outcome.error_bound,
            outcome.steps,
            outcome.history(),
            self.tolerance,
            self._theory(),
            outcome.witness,
            outcome.distance,
        )

    def _theory(self) -> Callable[[], rates.Prediction | None]:
        if self.method.law is None:
            return silent
        horizon = len(self.losses) * 5 // 4 + 20
        rule = (self.rounding, self.goal, horizon)
        return Theory(self.method.law, self.problem, self.start, self.kept, *rule)
