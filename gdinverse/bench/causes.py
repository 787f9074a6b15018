"""Why a run does not arrive, as far as a measurement tells."""

from __future__ import annotations

import math
from typing import Any

from gdinverse.bench.bounds import path
from gdinverse.bench.problems import Quadratic
from gdinverse.bench.runs import Run
from gdinverse.bench.subject import Subject

DIVERGES = "diverges at every lr"
REFUSES = "takes no step here"
PULLED = "leaves the answer when put there: a decay, or a pull to the start"
PROJECTED = "has no step along the gradient that is left: a direction is projected away"
STILL = "no longer moves"
FALLING = "still falls when the budget ends"
FLOOR = "a floor proportional to lr"
WAVERS = "wavers at a level of its own"
FAR = 600  # steps, after which the direction of further steps is looked at


def cause(subject: Subject, problem: Any, runs: dict[float, Run]) -> str:
    """Name what keeps the best run from the answer, by the first measurement that tells.

    Parameters
    ----------
    subject : Subject
        The optimizer.
    problem : Problem
        At its start.
    runs : dict from float to Run
        As `tune` gives them, the best first.
    """
    best, *_ = runs.values()
    if math.isinf(best.level):
        return DIVERGES
    if isinstance(problem, Quadratic):
        if _pulled(subject, problem, best.lr):
            return PULLED
        direction = _direction(subject, problem, best.lr)
        if direction:
            return direction
    if best.level < 0.99 * best.earlier:
        return FALLING
    return FLOOR if _proportional(runs) else WAVERS


def _pulled(subject: Subject, problem: Quadratic, lr: float) -> bool:
    """Whether it moves where the gradient is zero."""
    there = Quadratic(problem.H, problem.answer, start=problem.answer)
    walk = path(subject, there, lr, 20)
    return not bool((walk[-1] - walk[0]).abs().max() <= 1e-9)


def _direction(subject: Subject, problem: Quadratic, lr: float) -> str:
    """What the first steps of many have in common with the gradient at the end."""
    walk = path(subject, problem, lr, FAR)
    gradient = problem.H @ (walk[-1] - problem.answer.flatten())
    moves = walk[1:21] - walk[:20]
    if not moves.any():
        return STILL
    along = (moves @ gradient).abs().amax() / (moves.norm(dim=-1).amax() * gradient.norm())
    return PROJECTED if along < 1e-6 else ""


def _proportional(runs: dict[float, Run]) -> bool:
    """Whether the level grows as lr does, over the decade above the best."""
    best, *_ = runs.values()
    above = [r for r in runs.values() if 2 * best.lr < r.lr < 11 * best.lr and r.level < 1]
    slopes = [math.log(r.level / best.level) / math.log(r.lr / best.lr) for r in above]
    return bool(slopes) and all(0.6 < slope < 1.4 for slope in slopes)
