"""The one loop: guess once, improve many times, inspect."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from gdinverse.problems.problem import Problem
from gdinverse.result import History, Result, Status, code

RUNNING = -1
Callback = Callable[[int, Problem], object]


def minimize(
    problem: Problem,
    optimizer: type[torch.optim.Optimizer],
    *,
    tolerance: float | None = None,
    max_steps: int = 10_000,
    callback: Callback | None = None,
    progress: bool = False,
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
    **options
        Passed to the optimizer: lr, momentum, …

    Returns
    -------
    Result
        One entry per matrix. A run ends by itself: below the tolerance (`converged`), when what
        is left of the residual is within rounding (`floor`), when the loss has grown by 1/ε²
        (`diverged`: nothing of the answer would survive the way back), or after `max_steps`.

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
    Result(converged after 253 steps, relative error at most 9.9e-07)
    >>> gd.minimize(problem, torch.optim.SGD, lr=2.0, momentum=0.9, tolerance=1e-9)
    Result(diverged after 194 steps, relative error at most inf)

    Explained in [When to stop](../series/2-inverse.md#when-to-stop).
    """
    tolerance = _checked(problem, optimizer, tolerance, max_steps)
    descent = _build(problem, optimizer, options)
    start = problem.snapshot()
    record = _Record(problem, tolerance)
    losses = problem.backward()
    for step in _steps(max_steps, progress):
        record.add(step, losses)
        if callback is not None:
            callback(step, problem)
        if step == max_steps or record.complete:
            break
        losses = _improve(problem, descent, losses)
    horizon = len(record.losses) * 5 // 4 + 20
    return record.result(lambda: problem.prediction(descent, start, horizon, record.stops))


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


def _build(
    problem: Problem, optimizer: type[torch.optim.Optimizer], options: dict[str, Any]
) -> torch.optim.Optimizer:
    if optimizer is torch.optim.LBFGS:
        # One iteration a step, and no stopping rules of its own that fire before ours are asked.
        search = {"max_iter": 1, "max_eval": 25, "line_search_fn": "strong_wolfe"}
        options = search | {"tolerance_grad": 0, "tolerance_change": 0} | options
    return optimizer(problem.parameters(), **options)


def _improve(problem: Problem, optimizer: torch.optim.Optimizer, losses: Tensor) -> Tensor:
    """One step; then the losses of the new iterate, with their gradients in place."""
    known = [losses]  # the gradients of this iterate are in place already

    def closure() -> Tensor:
        return (known.pop() if known else problem.backward()).sum()

    optimizer.step(closure)  # type: ignore[arg-type]
    return problem.backward()


class _Record:
    """Losses and bounds so far, and for each matrix the iterate at which it settled."""

    def __init__(self, problem: Problem, tolerance: float) -> None:
        self.problem = problem
        self.tolerance = tolerance
        self.losses: list[Tensor] = []
        self.bounds: list[Tensor] = []
        finite = problem.finite()
        self.codes = torch.where(finite, RUNNING, code(Status.not_finite))
        self.steps = torch.zeros_like(self.codes)
        self.kept = problem.snapshot()

    @property
    def complete(self) -> bool:
        return not bool((self.codes == RUNNING).any())

    def stops(self, losses: Tensor) -> Tensor:
        """Where a run ends by itself: the bound is below the tolerance, or is mostly rounding."""
        bound, rounding = self.problem.quick_bound(losses)
        return (bound <= self.tolerance) | (bound <= 2 * rounding)

    def add(self, step: int, losses: Tensor) -> None:
        """Take down one iterate, and settle the matrices that have a reason to."""
        bound, rounding = self.problem.quick_bound(losses)
        self.losses.append(losses)
        self.bounds.append(bound)
        verdict = torch.full_like(self.codes, RUNNING)
        verdict[~(losses <= self.losses[0] / torch.finfo(losses.dtype).eps ** 2)] = code(
            Status.diverged
        )
        verdict[bound <= 2 * rounding] = code(Status.floor)
        verdict[bound <= self.tolerance] = code(Status.converged)
        self._settle((self.codes == RUNNING) & (verdict != RUNNING), verdict, step)

    def _settle(self, newly: Tensor, verdict: Tensor, step: int) -> None:
        self.steps[self.codes == RUNNING] = step
        if newly.any():
            self.codes = torch.where(newly, verdict, self.codes)
            self._keep(newly)

    def _keep(self, where: Tensor) -> None:
        for kept, parameter in zip(self.kept, self.problem.parameters(), strict=True):
            mask = where.reshape(where.shape + (1,) * (parameter.dim() - where.dim()))
            kept.copy_(torch.where(mask, parameter.detach(), kept))

    def result(self, forecast: Callable[[], Any]) -> Result:
        """Put every matrix at its own iterate and prove what can be proven there."""
        self._keep(self.codes == RUNNING)
        self.problem.restore(self.kept)
        error_bound = self.problem.error_bound()
        return Result(
            self.problem.value(),
            self._final(error_bound),
            error_bound,
            self.steps,
            History(torch.stack(self.losses), torch.stack(self.bounds)),
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
