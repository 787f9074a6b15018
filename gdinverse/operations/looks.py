"""More looks at what a run left unproven: balance, pseudo-inverse, witness."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse import proof
from gdinverse.core.outcome import Outcome, grafted
from gdinverse.core.result import Result, Status
from gdinverse.core.run import minimize
from gdinverse.core.tensors import balanced, eye_like, finite
from gdinverse.optimizers import ConjugateGradient, RelativeGradient


def settle(problem: Any, outcome: Outcome) -> None:
    """Look again at every matrix above the tolerance, in float64, with other means.

    Parameters
    ----------
    problem : PseudoInverse, or what has such a problem as its `part`
        `correct` turns an approximate pseudo-inverse into its value and the value's bound.
    outcome : Outcome
        Where something is proven afterwards, or said, is added to it.
    """
    for look, which in ((_balanced, "short"), (_from_zero, "unproven")):
        rest = getattr(outcome, which)
        if rest.any():
            look(problem, problem.part(rest), rest, outcome)


def _balanced(problem: Any, part: Any, rest: Tensor, outcome: Outcome) -> None:
    """Scale rows and columns to one size: many a matrix is hard only by its units.

    The rows of a tall matrix keep their sizes, which weigh its equations; the columns of a wide
    one keep theirs.
    """
    m, n = part.A.shape[-2:]
    scaled, rows, columns = balanced(part.A.double(), rows=m <= n, columns=m >= n)
    descent = type(part)(scaled)
    again = minimize(
        descent,
        RelativeGradient,
        tolerance=descent.enough,
        max_steps=outcome.max_steps,
        finish=False,
    )
    inverse = torch.ldexp(torch.ldexp(again.value, -columns.mT), -rows.mT)
    value, bound = problem.correct(part, inverse, rest)
    lost = again.converged & ~finite(inverse.to(part.A.dtype))
    outcome.say(grafted(rest, rest, lost), Status.overflow)
    better = bound < outcome.error_bound[rest]
    _take(problem, outcome, rest, again, (value, bound), better | lost)


def _from_zero(problem: Any, part: Any, rest: Tensor, outcome: Outcome) -> None:
    """Let conjugate gradients find the pseudo-inverse, and say which matrices are singular.

    From X = 0 they end there, whether there is an inverse or not. Then I − X A projects onto what
    A maps to zero, and each of its columns is a witness.
    """
    twin = part.double_twin()
    n, eps = part.target.shape[-1], torch.finfo(part.A.dtype).eps
    most = min(outcome.max_steps, 10 * n + 50)
    again = minimize(
        twin, ConjugateGradient, tolerance=outcome.tolerance, max_steps=most, finish=False
    )
    A, X = (twin.A, twin.X.detach()) if twin.side == "left" else (twin.A.mT, twin.X.detach().mT)
    witness, distance = _witness(A, X)
    distance = torch.where(part.size > 0, distance, 0)
    near = distance <= n * eps * part.size
    value, bound = problem.correct(part, again.value, rest)
    unproven = ~bound.isfinite()
    outcome.say(grafted(rest, rest, near & unproven), Status.singular)
    outcome.say(grafted(rest, rest, ~near & unproven), Status.undecided)
    _take(problem, outcome, rest, again, (value, bound), torch.ones_like(unproven))
    nowhere = torch.full((*rest.shape, n), torch.nan, dtype=part.A.dtype, device=part.A.device)
    outcome.witness = grafted(nowhere, rest, witness)
    outcome.distance = grafted(torch.full_like(outcome.error_bound, torch.inf), rest, distance)


def _witness(A: Tensor, X: Tensor) -> tuple[Tensor, Tensor]:
    """The longest column of I − X A, and a rigorous bound on how long A makes it."""
    R = eye_like(A) - X @ A
    longest = torch.linalg.vector_norm(R, dim=-2).argmax(-1)
    v = R.gather(-1, longest[..., None, None].expand(*R.shape[:-1], 1))
    for _ in range(2):  # what X leaves of M v, it leaves once more
        v = v - X @ (A @ v)
        v = v / torch.linalg.vector_norm(v, dim=-2, keepdim=True)
    return v.squeeze(-1), proof.image_bound(A, v)


def _take(
    problem: Any,
    outcome: Outcome,
    rest: Tensor,
    run: Result,
    answer: tuple[Tensor, Tensor],
    where: Tensor,
) -> None:
    """Enter what another run found, for those of its matrices where it counts."""
    if not where.any():
        return
    here, (value, bound) = grafted(rest, rest, where), answer
    problem.X.copy_(grafted(problem.X, here, value[where]))
    losses, bounds = run.history.loss[:, where], run.history.error_bound[:, where]
    outcome.replace(here, losses, bounds, run.steps[where])
    outcome.error_bound = grafted(outcome.error_bound, here, bound[where])
    outcome.say(here & outcome.error_bound.isfinite(), Status.floor)
