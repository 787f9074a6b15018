"""What is the least number of steps, for whom; and what a linear optimizer will take."""

from __future__ import annotations

from itertools import islice
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import normalize

from gdinverse import rates
from gdinverse.bench.problems import TARGET, Quadratic, sandwich
from gdinverse.bench.subject import Counted, Subject

WATCHED = 8  # gradients, whose span the steps are held against
ALIKE = 1e-6  # relative; what is farther off lies outside


def least(problem: Quadratic) -> int:
    """The evaluations that conjugate gradients take: the bound for who combines gradients.

    Parameters
    ----------
    problem : Quadratic
        At its start.

    Examples
    --------
    >>> from gdinverse.bench.problems import inverse
    >>> least(inverse(10.0))
    8
    """
    loss = rates.conjugate_gradient(problem.spectrum(), 600).loss
    return int(rates.first(loss <= TARGET**2 * loss[0]))


def combines(subject: Subject) -> bool:
    """Whether the iterates stay in start + span of all gradients so far, as far as 8 of them say.

    Parameters
    ----------
    subject : Subject
        The optimizer.
    """
    seen: list[Tensor] = []
    problem: Any = sandwich(10.0)
    method = Counted(subject, problem, 0.03)
    method.watch = lambda: seen.append(normalize(problem.X.grad.detach().flatten(), dim=0))
    while len(seen) < WATCHED:
        method.losses()
        method.advance()
        move = problem.X.detach().flatten()  # it starts at 0
        basis, _ = torch.linalg.qr(torch.stack(seen).mT)
        outside = move - basis @ (basis.mT @ move)
        if not outside.norm() <= ALIKE * move.norm():
            return False
    return True


def path(subject: Subject, problem: Any, lr: float, steps: int) -> Tensor:
    """The iterates of a run, shape (steps + 1, entries)."""
    losses = islice(Counted(subject, problem, lr), steps + 1)
    return torch.stack([problem.X.detach().flatten().clone() for _ in losses])


def transfer(subject: Subject, problem: Quadratic, lr: float, steps: int) -> int | None:
    """The number of steps that a diagonal problem of the same curvatures predicts.

    Parameters
    ----------
    subject : Subject
        The optimizer.
    problem : Quadratic
        The problem of which the number is predicted.
    lr : float
        The learning rate.
    steps : int
        How far to look.

    Returns
    -------
    int, or None
        None where the optimizer is not linear: where the path to the sum of two answers is not the
        sum of the paths, over the whole run; -1 for not within so many steps.

    Notes
    -----
    A linear optimizer multiplies the error in each mode by a polynomial of that mode's curvature.
    It does so on a diagonal problem as well, where it is run: no formula is needed.
    """
    h, directions = torch.linalg.eigh(problem.H)
    answer = (directions.mT @ problem.answer.flatten())[:, None]
    share = torch.rand(answer.shape, generator=torch.Generator().manual_seed(0)).double()
    H = h.diag()
    whole, one, other = (
        path(subject, Quadratic(H, part), lr, steps)
        for part in (answer, answer * share, answer * (1 - share))
    )
    if not (whole - one - other).abs().max() <= ALIKE * 1e-3 * whole.abs().max():
        return None
    loss = (h * (whole - answer.flatten()).square()).sum(-1)
    return int(rates.first(loss <= TARGET**2 * loss[0]))


def noise_floor(problem: Quadratic, gradients: int) -> float:
    """The least root mean square error that so many noisy gradients allow.

    Parameters
    ----------
    problem : Quadratic
        With its noise.
    gradients : int
        How many are seen, wherever they are taken.

    Notes
    -----
    √ mean 1/(T h²/s² + 1): of an answer whose entries are drawn from a normal distribution of
    variance 1, T gradients with noise s tell a mode of curvature h no more than that, wherever they
    are taken. Without the 1 it is the bound of Cramér and Rao, for who does not know that the
    answer has size 1.
    """
    h = problem.spectrum().curvature
    return float((1 / (gradients * h.square() / problem.noise**2 + 1)).mean().sqrt())
