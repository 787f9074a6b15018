"""Options under which torch's SGD cannot diverge on a quadratic loss."""

from __future__ import annotations

from typing import Any

import torch

from gdinverse import rates
from gdinverse.operations.linear import LinearProblem


def steady(
    problem: LinearProblem, optimizer: type[torch.optim.Optimizer], options: dict[str, Any]
) -> dict[str, Any]:
    """The options, with the best lr where none is given; one above the limit is refused."""
    if optimizer is not torch.optim.SGD:
        return options
    if options.get("maximize"):
        raise ValueError("maximize=True climbs the loss, so every lr diverges: leave it out")
    momentum = float(options.get("momentum", 0.0))
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum={momentum} diverges with every lr: pass one in [0, 1)")
    kinds = {"nesterov": False, "dampening": 0.0, "weight_decay": 0.0}
    given = {name: options.get(name, default) for name, default in kinds.items()}
    lr, curvature = options.get("lr"), problem.curvatures()
    if not curvature.any():  # nothing to descend on, so nothing to diverge
        return options | {"lr": 1.0 if lr is None else lr}
    if lr is None:
        chosen = rates.best(curvature, options.get("momentum"), **given)
        return {"momentum": chosen.momentum, **options, "lr": _held(chosen.lr, problem)}
    limit = rates.lr_limit(curvature, momentum, **given)
    if float(lr) > limit:
        raise ValueError(
            f"lr={float(lr)} diverges here: the limit for this matrix is {limit:.4g}, where the "
            f"largest curvature is {float(curvature.max()):.4g} and momentum={momentum}; pass a "
            "smaller lr, or lr=None to let the spectrum choose"
        )
    return options


def _held(lr: float, problem: LinearProblem) -> float:
    """The lr, if the dtype of the run can hold it."""
    kind = torch.finfo(problem.dtype)
    if kind.tiny <= lr <= kind.max:
        return lr
    raise ValueError(
        f"the best lr, {lr:.1g}, is beyond the range of {problem.dtype}: scale the matrix nearer "
        "to 1, or take an optimizer without an lr, such as gd.RelativeGradient"
    )
