"""The operations that a reader calls first."""

from __future__ import annotations

from typing import Any

import torch

from gdinverse import rates
from gdinverse.minimize import Callback, minimize
from gdinverse.problems import Inverse
from gdinverse.problems.inverse import Side
from gdinverse.result import Result


def inv(
    M: Any,
    *,
    optimizer: type[torch.optim.Optimizer] = torch.optim.SGD,
    side: Side = "left",
    guess: Any = "zeros",
    generator: torch.Generator | None = None,
    tolerance: float | None = None,
    max_steps: int = 10_000,
    callback: Callback | None = None,
    progress: bool = False,
    **options: Any,
) -> Result:
    """The inverse of a square matrix by gradient descent, with a proven error bound.

    Parameters
    ----------
    M : Tensor of shape (..., n, n), or whatever becomes one
        The matrix, or a batch of them; float32 or float64.
    optimizer : class
        Any `torch.optim.Optimizer` class. `torch.optim.SGD` without an lr takes lr and momentum
        from the extreme singular values of M, which is the best it can do and no fair contest:
        it is told what others have to find out.
    side : "left", "right" or "both"
        Which product is compared with I: X M, M X, or the mean of the two.
    guess : Tensor of shape (..., n, n), "zeros" or "random"
        The first X.
    generator : torch.Generator, optional
        The stream for a random guess.
    tolerance : float, optional
        The relative error to prove; None asks for the last digit, 2 ε.
    max_steps, callback, progress
        As in `minimize`.
    **options
        Passed to the optimizer: lr, momentum, …

    Returns
    -------
    Result
        `value` is X, of shape (..., n, n).

    Raises
    ------
    TypeError, ValueError
        For input that is no real square matrix, a guess unlike M, or an lr above the limit.

    Examples
    --------
    The run of 2020, stopped when six digits are proven:

    >>> import torch, gdinverse as gd
    >>> M = gd.matrices.random_2020()
    >>> result = gd.inv(
    ...     M, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, guess=M, tolerance=1e-6
    ... )
    >>> result
    Result(converged after 872 steps, relative error at most 9.9e-07)
    >>> result.prediction.steps
    tensor(872)

    Explained in [The same run in one line](../series/2-inverse.md#the-same-run-in-one-line).
    """
    problem = Inverse(M, side=side, guess=guess, generator=generator)
    if optimizer is torch.optim.SGD:
        options = _steady(problem, **options)
    return minimize(
        problem,
        optimizer,
        tolerance=tolerance,
        max_steps=max_steps,
        callback=callback,
        progress=progress,
        **options,
    )


def _steady(problem: Inverse, lr: float | None = None, **options: Any) -> dict[str, Any]:
    """Options under which SGD cannot diverge: the best ones, or the reader's after a check."""
    if not problem.finite().all():
        return {"lr": 1.0 if lr is None else lr, **options}
    curvature = problem.modes().curvature
    if lr is None:
        tuned = rates.best(curvature)
        return {"lr": tuned.lr, "momentum": tuned.momentum, **options}
    momentum = options.get("momentum", 0.0)
    limit = rates.lr_limit(curvature, momentum, options.get("nesterov", False))
    if lr > limit:
        raise ValueError(
            f"lr={lr} diverges here: the limit for this matrix is {limit:.4g}, where the largest "
            f"curvature is {float(curvature.max()):.4g} and momentum={momentum}; pass a smaller "
            "lr, or lr=None to let the spectrum choose"
        )
    return {"lr": lr, **options}
