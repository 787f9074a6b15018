"""One run, and the search for the best learning rate: one grid for all, by evaluations alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch

from gdinverse.bench.problems import TARGET, Trial
from gdinverse.bench.subject import Counted, Subject

# Half decades, from the middle outwards: what is found early makes the rest cheap.
GRID = sorted((10 ** (1 - k / 2) for k in range(11)), key=lambda lr: abs(math.log10(lr) + 0.5))
REFINED = (10**0.25, 10**-0.25)
SHORT, KEPT = 600, 4  # evaluations of the first round; learning rates that go on to the second
AGAIN, AFTER = 1e-3, 2000  # a run has left again where it is above this, so many steps later
BEYOND = 1e8  # √(loss / first loss) of a run that diverges
Make = Callable[[], Any]


@dataclass(frozen=True)
class Run:
    """What one run did.

    Attributes
    ----------
    lr : float
        Its learning rate.
    steps, evaluations : int, or None
        When √(loss / first loss) was first at most 1e-6; None for never.
    level : float
        √(loss / first loss) at the end: the median of the last tenth of the run.
    earlier : float
        The same of the tenth before.
    top : float
        The largest √(loss / first loss) after the target was reached.
    """

    lr: float
    steps: int | None
    evaluations: int | None
    level: float
    earlier: float
    top: float = 0.0

    @property
    def order(self) -> tuple[float, float]:
        """Sort by evaluations, and by level where the target is out of reach."""
        return (math.inf if self.evaluations is None else self.evaluations, self.level)


def run(subject: Subject, make: Make, lr: float, budget: int, after: int = 0) -> Run:
    """Step until the target is reached and `after` steps more, until divergence, or the budget.

    Parameters
    ----------
    subject : Subject
        The optimizer.
    make : callable
        Returns the problem at its start.
    lr : float
        The learning rate.
    budget : int
        The number of gradient evaluations at most.
    after : int
        How many steps to go on behind the target.
    """
    method = Counted(subject, make(), lr)
    curve: list[float] = []
    reached = evaluations = None
    first = math.nan
    for loss in method:
        first = first if curve else loss
        curve.append(math.sqrt(max(loss, 0) / first) if math.isfinite(loss) else math.inf)
        steps = len(curve) - 1
        if reached is None and curve[-1] <= TARGET:
            reached, evaluations = steps, max(method.evaluations - 1, steps)
        over = steps >= reached + after if reached is not None else method.evaluations > budget
        if over or steps > 2 * budget or curve[-1] > BEYOND:
            break
    tenth = max(len(curve) // 10, 1)
    level = math.inf if curve[-1] > BEYOND else median(curve[-tenth:])
    earlier = median(curve[-2 * tenth : -tenth] or curve)
    top = 0.0 if reached is None else max(curve[reached:])
    return Run(lr, reached, evaluations, level, earlier, top)


def tune(subject: Subject, trial: Trial) -> dict[float, Run]:
    """Run the grid, then two learning rates around the best; the best is the first of the result.

    A run may take twice as many evaluations as the best one so far: what is slower than that
    changes neither the best nor the window. Where no short run arrives, those with the lowest
    levels go on to the whole budget.

    Parameters
    ----------
    subject : Subject
        The optimizer.
    trial : Trial
        The problem, with its budget.
    """
    runs: dict[float, Run] = {}

    def try_(lrs: Iterable[float], budget: int) -> None:
        for lr in lrs:
            fastest = min((r.evaluations for r in runs.values() if r.evaluations), default=budget)
            runs[lr] = run(subject, trial.make, lr, min(budget, 2 * fastest))

    def ranking() -> list[float]:
        return sorted(runs, key=lambda lr: runs[lr].order)

    try_(GRID, min(SHORT, trial.budget))
    if not runs[ranking()[0]].evaluations:
        try_([lr for lr in ranking() if runs[lr].level < math.inf][:KEPT], trial.budget)
    best = ranking()[0]
    if runs[best].evaluations:
        try_([best * factor for factor in REFINED], trial.budget)
    return {lr: runs[lr] for lr in ranking()}


def window(runs: dict[float, Run]) -> float | None:
    """How many decades of learning rate take at most twice the evaluations of the best."""
    best, *_ = runs.values()
    if best.evaluations is None:
        return None
    good = [r.lr for r in runs.values() if r.evaluations and r.evaluations <= 2 * best.evaluations]
    return math.log10(max(good) / min(good))


def counts(subject: Subject, trial: Trial, lr: float) -> list[int | None]:
    """The steps of the same run from further starts, 1e-13 apart: one number, or luck.

    Parameters
    ----------
    subject : Subject
        The optimizer.
    trial : Trial
        The problem, with its budget and the number of starts.
    lr : float
        The learning rate.
    """

    def shifted(k: int) -> Any:
        problem = trial.make()
        with torch.no_grad():
            for unknown in problem.parameters():
                unknown.add_(k * 1e-13)
        return problem

    starts = range(1, trial.starts)
    return [run(subject, lambda k=k: shifted(k), lr, trial.budget).steps for k in starts]  # type: ignore[misc]
