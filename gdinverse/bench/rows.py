"""Everything about one optimizer on one problem, put into a row; and why a run does not arrive."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from torch.autograd import profiler

from gdinverse.bench import bounds
from gdinverse.bench.problems import Quadratic, Trial, sandwich
from gdinverse.bench.report import Row
from gdinverse.bench.runs import GRID, Run, counts, tune, window
from gdinverse.bench.subject import Counted, Subject

AGAIN, AFTER = 1e-3, 2000  # a run has left again where it is above this, up to so many steps later
FAR = 600  # steps, after which the direction of further steps is looked at
GRADIENTS, NOISE = 500, 0.1  # of the noisy problem: how many are seen, and their error

# torch enters every step for its profiler, which takes at least as long as SGD's own step.
unprofiled = patch.object(profiler, "record_function", nullcontext)


@unprofiled
def row_of(subject: Subject, trial: Trial, combines: bool) -> Row:
    """Tune an optimizer on a problem, and describe the best run.

    Parameters
    ----------
    subject : Subject
        The optimizer.
    trial : Trial
        The problem.
    combines : bool
        Whether conjugate gradients bound it.
    """
    try:
        runs = tune(subject, trial)
    except Exception as error:  # whatever an optimizer raises where it does not take a shape
        said = f"{type(error).__name__}: {error}".split("\n")[0][:120]
        return Row(trial.name, remark=f"takes no step here: {said}")
    best, problem = runs[0], trial.make()
    curve = sorted((run.lr, run.evaluations, finite(run.level)) for run in runs)
    row = Row(trial.name, best.steps, best.evaluations, best.lr, finite(best.level), curve=curve)
    if best.steps is None:
        return replace(row, remark=cause(subject, problem, runs))
    best.go(trial.budget, AFTER)
    known: dict[str, Any] = {}
    if combines and isinstance(problem, Quadratic):
        known = {
            "bound": bounds.least(problem),
            "predicted": bounds.transfer(subject, problem, best.lr, best.steps + 9),
        }
    return replace(
        row,
        window=window(runs),
        level=finite(best.level),
        counts=[best.steps, *counts(subject, trial, best.lr)],
        returns=max(best.curve[best.steps :]) > AGAIN,
        **known,
    )


def cause(subject: Subject, problem: Any, runs: list[Run]) -> str:
    """Name what keeps the best run from the answer, by the first measurement that tells.

    Parameters
    ----------
    subject : Subject
        The optimizer.
    problem : Problem
        At its start.
    runs : list of Run
        As `tune` gives them, the best first.
    """
    best = runs[0]
    if math.isinf(best.level):
        return "diverges at every lr"
    direction = isinstance(problem, Quadratic) and _direction(subject, problem, best.lr)
    if direction:
        return direction
    earlier, level = best.tenths
    if level < 0.99 * earlier:
        return "still falls when the budget ends"
    return "a floor proportional to lr" if _proportional(runs) else "wavers at a level of its own"


def _direction(subject: Subject, problem: Quadratic, lr: float) -> str:
    """What is wrong with where the steps go, at the answer and on the way."""
    there = Quadratic(problem.H, problem.answer, start=problem.answer)
    walk = bounds.path(subject, there, lr, 20)
    if not (walk[-1] - walk[0]).abs().max() <= 1e-9:
        return "leaves the answer when put there: a decay, or a pull to the start"
    walk = bounds.path(subject, problem, lr, FAR)
    gradient = problem.H @ (walk[-1] - problem.answer.flatten())
    moves = walk[1:21] - walk[:20]
    if not moves.any():
        return "no longer moves"
    along = (moves @ gradient).abs().amax() / (moves.norm(dim=-1).amax() * gradient.norm())
    if along < 1e-6:
        return "has no step along the gradient that is left: a direction is projected away"
    return ""


def _proportional(runs: list[Run]) -> bool:
    """Whether the level grows as lr does, over the decade above the best."""
    best = runs[0]
    above = [run for run in runs if 2 * best.lr < run.lr < 11 * best.lr and run.level < 1]
    slopes = [math.log(run.level / best.level, run.lr / best.lr) for run in above]
    return bool(slopes) and all(0.6 < slope < 1.4 for slope in slopes)


@unprofiled
def in_noise(subject: Subject) -> float | None:
    """The error after 500 noisy gradients at the best learning rate, over the least possible."""
    best = math.inf
    for lr in GRID:
        problem = sandwich(10.0, NOISE)
        method = Counted(subject, problem, lr)
        last = GRADIENTS - method.moods  # the last gradient is used, or was
        next(loss for loss in method if method.evaluations > last)
        error = (problem.X.detach() - problem.answer).square().mean().sqrt()
        best = min(best, float(error))  # nan is not less
    return finite(best / bounds.noise_floor(sandwich(10.0, NOISE), GRADIENTS))


def finite(number: float) -> float | None:
    """What JSON can hold."""
    return number if math.isfinite(number) else None
