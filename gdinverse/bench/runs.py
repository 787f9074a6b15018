"""One run, and the search for the best learning rate: one grid for all, by evaluations alone."""

from __future__ import annotations

import math
from statistics import median
from typing import Any

from gdinverse.bench.problems import TARGET, Trial
from gdinverse.bench.subject import Counted, Subject

# Half decades, from the middle outwards: what is found early makes the rest cheap.
GRID = sorted((10 ** (1 - k / 2) for k in range(11)), key=lambda lr: abs(math.log10(lr) + 0.5))
REFINED = (10**0.25, 10**-0.25)
SHORT, KEPT = 600, 4  # evaluations of the first round; learning rates that go on to the second
BEYOND = 1e8  # √(loss / first loss) of a run that diverges


class Run:
    """One run, which can go on where it stopped.

    Attributes
    ----------
    lr : float
        Its learning rate.
    curve : list of float
        √(loss / first loss) of every iterate so far.
    steps, evaluations : int, or None
        When that was first at most 1e-6; None for not yet.
    """

    def __init__(self, subject: Subject, problem: Any, lr: float) -> None:
        self.lr, self.method = lr, Counted(subject, problem, lr)
        self.losses = iter(self.method)
        self.first, self.curve = next(self.losses), [1.0]
        self.steps: int | None = None
        self.evaluations: int | None = None

    def go(self, budget: int, after: int = 0) -> Run:
        """Step until the target is reached and `after` steps more, to divergence, or the budget.

        Parameters
        ----------
        budget : int
            The number of gradient evaluations at most, from the start.
        after : int
            How many steps to go on behind the target.
        """
        while not self._over(budget, after):
            self._add(next(self.losses))
        return self

    def _over(self, budget: int, after: int) -> bool:
        now, target = len(self.curve) - 1, self.steps
        spent = self.method.evaluations > budget if target is None else now >= target + after
        return spent or now > 2 * budget or self.curve[-1] > BEYOND

    def _add(self, loss: float) -> None:
        left = math.sqrt(max(loss, 0) / self.first) if math.isfinite(loss) else math.inf
        if self.steps is None and left <= TARGET:
            self.steps = len(self.curve)
            self.evaluations = max(self.method.evaluations - 1, self.steps)
        self.curve.append(left)

    @property
    def tenths(self) -> tuple[float, float]:
        """The medians of the last tenth but one and of the last."""
        size = max(len(self.curve) // 10, 1)
        return median(self.curve[-2 * size : -size] or self.curve), median(self.curve[-size:])

    @property
    def level(self) -> float:
        """√(loss / first loss) at the end: the median of the last tenth."""
        return math.inf if self.curve[-1] > BEYOND else self.tenths[1]

    @property
    def order(self) -> tuple[float, float]:
        """Sort by evaluations, and by level where the target is out of reach."""
        return self.evaluations or math.inf, self.level


def tune(subject: Subject, trial: Trial) -> list[Run]:
    """Run the grid, then two learning rates around the best; the best comes first.

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
    runs: list[Run] = []

    def ranked(going: list[Run], budget: int) -> list[Run]:
        runs.extend(run for run in going if run not in runs)
        for run in going:
            run.go(min([budget, *(2 * r.evaluations for r in runs if r.evaluations)]))
        return sorted(runs, key=lambda run: run.order)

    order = ranked([Run(subject, trial.make(), lr) for lr in GRID], min(SHORT, trial.budget))
    if not order[0].evaluations:
        order = ranked([run for run in order if run.level < math.inf][:KEPT], trial.budget)
    if order[0].evaluations:
        lrs = [order[0].lr * factor for factor in REFINED]
        order = ranked([Run(subject, trial.make(), lr) for lr in lrs], trial.budget)
    return order


def window(runs: list[Run]) -> float:
    """How many decades of learning rate take at most twice the evaluations of the best."""
    most = 2 * (runs[0].evaluations or 0)
    good = [run.lr for run in runs if run.evaluations and run.evaluations <= most]
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
    found = []
    for k in range(1, trial.starts):
        problem = trial.make()
        problem.restore([unknown + k * 1e-13 for unknown in problem.snapshot()])
        found.append(Run(subject, problem, lr).go(trial.budget).steps)
    return found
