"""The operations that a reader calls first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gdinverse import rates, singular
from gdinverse.minimize import minimize
from gdinverse.optimizers import Informed, RelativeGradient
from gdinverse.problems import Inverse
from gdinverse.problems.linear_problem import norm
from gdinverse.problems.problem import as_square_matrix
from gdinverse.problems.pseudo_inverse import Side
from gdinverse.result import Result, Status, code
from gdinverse.scale import times_power, to_unit


def inv(
    M: Any,
    *,
    optimizer: type[torch.optim.Optimizer] = RelativeGradient,
    side: Side = "left",
    guess: Any = None,
    generator: torch.Generator | None = None,
    **options: Any,
) -> Result:
    """The inverse of a square matrix by gradient descent, with a proven error bound.

    Parameters
    ----------
    M : Tensor of shape (..., n, n), or whatever becomes one
        The matrix, or a batch of them; float32 or float64.
    optimizer : class
        By default the relative gradient, then a correction in doubled precision. Any
        `torch.optim.Optimizer` class fits. `torch.optim.SGD` without an lr takes lr and momentum
        from the extreme singular values of M, which is no fair contest: it is told what others
        have to find out.
    side : "left", "right" or "both"
        Which product is compared with I: X M, M X, or the mean of the two.
    guess : Tensor of shape (..., n, n), "zeros", "random" or "transpose"
        The first X. By default "transpose" for the relative gradient, "zeros" for the others.
    generator : torch.Generator, optional
        The stream for a random guess.
    **options
        tolerance, max_steps, finish, callback and progress as in `minimize`; the rest goes to the
        optimizer: lr, momentum, …

    Returns
    -------
    Result
        `value` is X, of shape (..., n, n); for a singular matrix the pseudo-inverse.

    Raises
    ------
    TypeError, ValueError
        For input that is no real square matrix, a guess unlike M, or an lr above the limit.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> M = gd.matrices.random_2020()
    >>> gd.inv(M)
    Result(converged after 9 steps, relative error at most ...e-17)
    >>> gd.inv(torch.ones(2, 2)).status.name
    'singular'

    The run of 2020, stopped when six digits are proven:

    >>> result = gd.inv(
    ...     M, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, guess=M, tolerance=1e-6
    ... )
    >>> result
    Result(converged after 872 steps, relative error at most ...e-07)
    >>> result.prediction.steps
    tensor(872)

    Explained in [The same run in one line](../series/2-inverse.py#the-same-run-in-one-line).
    """
    M = as_square_matrix(M)
    if not issubclass(optimizer, Informed):
        problem = Inverse(
            M, side=side, guess="zeros" if guess is None else guess, generator=generator
        )
        if optimizer is torch.optim.SGD:
            options = _steady(problem, **options)
        return minimize(problem, optimizer, **options)
    guess = optimizer.guess if guess is None else guess
    scaled, exponents = (
        to_unit(M) if isinstance(guess, str) else (M, torch.zeros(M.shape[:-2]).long())
    )
    problem = Inverse(scaled, side=side, guess=guess, generator=generator)
    result = minimize(problem, optimizer, **options)
    result = singular.settle(
        result, problem, options.get("tolerance"), options.get("max_steps", 10_000)
    )
    return _unscaled(result, exponents)


def _unscaled(result: Result, exponents: Tensor) -> Result:
    """The result for 2^e times the matrix; digits that the dtype cannot hold widen the bound."""
    value = times_power(result.value, -exponents)
    lost = norm((times_power(value, exponents) - result.value).double())
    widened = result.error_bound + 2 * lost / norm(result.value.double())
    error_bound = torch.where(lost == 0, result.error_bound, widened).nan_to_num(
        torch.inf, torch.inf
    )
    codes = result.codes.clone()
    codes[result.converged & ~(error_bound <= result.tolerance)] = code(Status.floor)
    codes[result.error_bound.isfinite() & ~error_bound.isfinite()] = code(Status.overflow)
    return replace(result, value=value, error_bound=error_bound, codes=codes)


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
