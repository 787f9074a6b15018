"""The one loop: guess once, improve many times, inspect."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gdinverse import rates
from gdinverse.optimizers.informed import Informed
from gdinverse.problems.problem import Problem
from gdinverse.result import History, Result, Status, code

RUNNING = -1
# Steps without a new lowest loss, where rounding can explain all that is left. A residual that
# proves nothing yet is worth more of them: hard matrices waver there before they converge.
PATIENCE, PATIENCE_UNPROVEN = 4, 16
Callback = Callable[[int, Problem], object]


def minimize(
    problem: Problem,
    optimizer: type[torch.optim.Optimizer],
    *,
    tolerance: float | None = None,
    max_steps: int = 10_000,
    callback: Callback | None = None,
    progress: bool = False,
    finish: bool | None = None,
    **options: Any,
) -> Result:
    """Improve a problem's unknowns until the bound is small enough, or a reason to stop appears.

    The run starts from wherever the problem stands, so a run can be continued: call it again.
    Afterwards the problem holds the iterates that the result reports.

    Parameters
    ----------
    problem : Problem
        The matrix operation, or a batch of them.
    optimizer : class
        Any `torch.optim.Optimizer` class, yours included. L-BFGS takes one matrix at a time.
    tolerance : float, optional
        The relative error to prove. None asks for the last digit of the dtype, 2 ε.
    max_steps : int
        Stop after so many steps whatever has been reached.
    callback : callable, optional
        Called as `callback(step, problem)` at the guess and after every step.
    progress : bool
        Show a progress bar (tqdm).
    finish : bool, optional
        End with a correction in doubled precision, and stop as soon as it can take over. By
        default optimizers that know the problem do, and torch's show what they reach alone.
    **options
        Passed to the optimizer: lr, momentum, …

    Returns
    -------
    Result
        One entry per matrix. A run ends by itself: below the tolerance (`converged`), when what
        is left of the residual is within rounding and no longer shrinks (`floor`), when the loss
        has grown by 1/ε² (`diverged`: nothing of the answer would survive the way back), or after
        `max_steps`.

    Raises
    ------
    TypeError, ValueError
        For an optimizer that is no class, a batch given to an optimizer with one line search for
        all of it, or a negative tolerance or max_steps.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.Inverse(gd.matrices.diagonal_2020())
    >>> gd.minimize(problem, torch.optim.SGD, lr=0.9, momentum=0.9, tolerance=1e-6)
    Result(converged after 253 steps, relative error at most 2.3e-07)
    >>> gd.minimize(problem, torch.optim.SGD, lr=2.0, momentum=0.9, tolerance=1e-9)
    Result(diverged after ... steps, relative error at most inf)

    Explained in [When to stop](../series/2b-curve.py#when-to-stop).
    """
    tolerance = _checked(problem, optimizer, tolerance, max_steps)
    method = _method(problem, optimizer, options)
    finish = isinstance(method, Informed) if finish is None else finish
    start = problem.snapshot()
    record = _Record(problem, tolerance, finish)
    for step in _steps(max_steps, progress):
        record.add(step, method.losses(), method.exhausted)
        if callback is not None:
            callback(step, problem)
        if step == max_steps or record.complete:
            break
        method.step()
    horizon = len(record.losses) * 5 // 4 + 20
    return record.result(lambda: record.forecast(method.theory(start, horizon)))


def _checked(problem: Problem, optimizer: Any, tolerance: float | None, max_steps: int) -> float:
    """The tolerance to use, after everything that can be said before the first step."""
    if not (isinstance(optimizer, type) and issubclass(optimizer, torch.optim.Optimizer)):
        raise TypeError(
            f"optimizer={optimizer!r}: pass the class, such as torch.optim.SGD, and its options "
            "beside it (lr=0.9)"
        )
    if max_steps < 0 or (tolerance is not None and not tolerance >= 0):
        raise ValueError(f"tolerance={tolerance} and max_steps={max_steps} must not be negative")
    if _needs_closure(optimizer) and problem.finite().numel() > 1:
        raise ValueError(
            f"{optimizer.__name__} makes one line search for the whole batch, which spoils every "
            "matrix in it: call it once per matrix, or take another optimizer"
        )
    return problem.last_digit if tolerance is None else float(tolerance)


def _needs_closure(optimizer: type[torch.optim.Optimizer]) -> bool:
    closure = inspect.signature(optimizer.step).parameters.get("closure")
    return closure is not None and closure.default is inspect.Parameter.empty


def _steps(max_steps: int, progress: bool) -> Iterable[int]:
    if not progress:
        return range(max_steps + 1)
    from tqdm.auto import tqdm

    return tqdm(range(max_steps + 1), unit="step")


class _Blind:
    """A torch optimizer, which sees only parameters and gradients, as the loop wants it."""

    def __init__(self, problem: Problem, optimizer: torch.optim.Optimizer) -> None:
        self.problem = problem
        self.optimizer = optimizer
        self.exhausted = torch.zeros_like(problem.finite())

    def losses(self) -> Tensor:
        """The losses of the current iterate; its gradients are in place afterwards."""
        losses = self.problem.backward()
        self.known = [losses]
        return losses

    def step(self) -> None:
        self.optimizer.step(self._closure)  # type: ignore[arg-type]

    def theory(self, start: list[Tensor], steps: int) -> rates.Prediction | None:
        """What is known of this optimizer on a quadratic loss."""
        modes = self.problem.modes(start[0])
        return None if modes is None else rates.of_sgd(modes, self.optimizer, steps)

    def _closure(self) -> Tensor:
        """What torch calls for the loss: first of the iterate that is known already."""
        return (self.known.pop() if self.known else self.problem.backward()).sum()


def _method(
    problem: Problem, optimizer: type[torch.optim.Optimizer], options: dict[str, Any]
) -> _Blind | Informed:
    """The one place that tells optimizers which know the problem from those which do not."""
    if issubclass(optimizer, Informed):
        return optimizer(problem, **options)
    if optimizer is torch.optim.LBFGS:
        # One iteration a step, and no stopping rules of its own that fire before ours are asked.
        search = {"max_iter": 1, "max_eval": 25, "line_search_fn": "strong_wolfe"}
        options = search | {"tolerance_grad": 0, "tolerance_change": 0} | options
    return _Blind(problem, optimizer(problem.parameters(), **options))


class _Record:
    """Losses and bounds so far, and for each matrix the iterate at which it settled."""

    def __init__(self, problem: Problem, tolerance: float, finish: bool) -> None:
        self.problem = problem
        self.tolerance = tolerance
        self.finish = finish
        self.losses: list[Tensor] = []
        self.bounds: list[Tensor] = []
        self.codes = torch.where(problem.finite(), RUNNING, code(Status.not_finite))
        self.running = self.codes == RUNNING
        self.steps = torch.zeros_like(self.codes)
        self.lowest = torch.full_like(self.codes, torch.inf, dtype=torch.float64)
        self.lowest_at = torch.full_like(self.codes, -1)
        self.kept = problem.snapshot()
        # The bound to reach by steps: the tolerance, or what the finish can take over.
        self.goal = max(tolerance, problem.enough) if finish else tolerance

    @property
    def complete(self) -> bool:
        return not bool(self.running.any())

    def stops(self, losses: Tensor) -> Tensor:
        """Where the bound is at its goal."""
        return self.problem.quick_bound(losses)[0] <= self.goal

    def forecast(self, theory: rates.Prediction | None) -> rates.Prediction | None:
        """The predicted curve, with the step at which this run's own rule would end it."""
        if theory is None or not self.problem.loss_bounds:
            return theory
        return replace(theory, steps=rates.first(self.stops(theory.loss)))

    def add(self, step: int, losses: Tensor, exhausted: Tensor) -> None:
        """Take down one iterate, and settle the matrices that have a reason to."""
        bound, rounding = self.problem.quick_bound(losses)
        self.losses.append(losses)
        self.bounds.append(bound)
        self.lowest_at.masked_fill_(losses < self.lowest, step)
        self.lowest = torch.fmin(self.lowest, losses)
        self.steps.masked_fill_(self.running, step)
        patience = torch.where(bound - rounding < 1, PATIENCE, PATIENCE_UNPROVEN)
        idle = exhausted | (bound <= 2 * rounding) & (step - self.lowest_at >= patience)
        beyond = ~(losses <= self.losses[0] / torch.finfo(losses.dtype).eps ** 2)
        reached = bound <= self.goal
        newly = (reached | idle | beyond) & self.running
        if newly.any():
            verdict = torch.where(idle, code(Status.floor), code(Status.diverged))
            verdict.masked_fill_(reached, code(Status.converged))
            self.codes = torch.where(newly, verdict, self.codes)
            self.running &= ~newly
            self._keep(newly)

    def _keep(self, where: Tensor) -> None:
        for kept, parameter in zip(self.kept, self.problem.parameters(), strict=True):
            mask = where.reshape(where.shape + (1,) * (parameter.dim() - where.dim()))
            kept.copy_(torch.where(mask, parameter.detach(), kept))

    def result(self, forecast: Callable[[], Any]) -> Result:
        """Put every matrix at its own iterate and prove what can be proven there."""
        self._keep(self.running)
        self.problem.restore(self.kept)
        error_bound = self.problem.finish() if self.finish else self.problem.error_bound()
        bounds = torch.stack(self.bounds)
        return Result(
            self.problem.value(),
            self._final(error_bound),
            error_bound,
            self.steps,
            History(torch.stack(self.losses), torch.where(bounds < 1, bounds, torch.inf)),
            self.tolerance,
            forecast,
        )

    def _final(self, error_bound: Tensor) -> Tensor:
        """The tight bound has the last word on what counts as converged."""
        codes = self.codes.clone()
        codes[codes == RUNNING] = code(Status.out_of_steps)
        codes[codes == code(Status.converged)] = code(Status.floor)
        codes[error_bound <= self.tolerance] = code(Status.converged)
        return codes
