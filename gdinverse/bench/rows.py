"""Everything about one optimizer on one problem, put into a row."""

from __future__ import annotations

import math
from typing import Any

from gdinverse.bench import bounds
from gdinverse.bench.causes import REFUSES, cause
from gdinverse.bench.problems import Quadratic, Trial, sandwich
from gdinverse.bench.report import Row
from gdinverse.bench.runs import AFTER, AGAIN, GRID, Run, counts, run, tune, window
from gdinverse.bench.subject import Subject

GRADIENTS, NOISE = 500, 0.1  # of the noisy problem: how many are seen, and their error


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
        return Row(trial.name, remark=f"{REFUSES}: {said}")
    best, *_ = runs.values()
    curve = [(lr, r.evaluations, finite(r.level)) for lr, r in sorted(runs.items())]
    known: dict[str, Any] = {"problem": trial.name, "lr": best.lr, "curve": curve}
    if best.steps is None:
        remark = cause(subject, trial.make(), runs)
        return Row(**known, level=finite(best.level), remark=remark)
    return Row(**known, window=window(runs), **_of_arrival(subject, trial, best, combines))


def _of_arrival(subject: Subject, trial: Trial, best: Run, combines: bool) -> dict[str, Any]:
    """What is measured of a run that arrives."""
    problem = trial.make()
    longer = run(subject, trial.make, best.lr, trial.budget, after=AFTER)
    assert best.steps is not None
    known: dict[str, Any] = {}
    if combines and isinstance(problem, Quadratic):
        known["bound"] = bounds.least(problem)
        known["predicted"] = bounds.transfer(subject, problem, best.lr, best.steps + 9)
    return known | {
        "steps": best.steps,
        "evaluations": best.evaluations,
        "level": finite(longer.level),
        "counts": [best.steps, *counts(subject, trial, best.lr)],
        "returns": longer.top > AGAIN,
    }


def combines(subject: Subject) -> bool:
    """Whether the steps combine gradients and nothing else."""
    return bounds.in_span(subject, sandwich(10.0), 0.03)


def in_noise(subject: Subject) -> float | None:
    """The error after 500 noisy gradients at the best learning rate, over the least possible."""
    errors = [bounds.in_noise(subject, sandwich(10.0, NOISE), lr, GRADIENTS) for lr in GRID]
    least = bounds.noise_floor(sandwich(10.0, NOISE), GRADIENTS)
    return finite(min(filter(math.isfinite, errors), default=math.inf) / least)


def finite(number: float) -> float | None:
    """What JSON can hold."""
    return number if math.isfinite(number) else None
