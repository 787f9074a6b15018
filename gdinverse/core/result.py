"""What a run gives back: the value, a status, a bound, and everything that happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from gdinverse.rates import Prediction

if TYPE_CHECKING:
    import plotly.graph_objects as go


class Status(Enum):
    """Why a run ended; `str(status)` is a sentence with the causes in order of likelihood.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.Status.out_of_steps.name
    'out_of_steps'
    >>> print(gd.Status.converged)
    The error bound is below the tolerance.

    Explained in [Why did it not converge?](../reference/why-did-it-not-converge.py)
    """

    converged = "The error bound is below the tolerance."
    floor = (
        "What is left of the residual is within the rounding of this dtype, and the error bound "
        "is above the tolerance: allow a larger tolerance, or in float32 take float64."
    )
    singular = (
        "The matrix is singular, or within rounding of a singular one: its columns depend on each "
        "other, or are in units so different that they seem to (center and scale them). The "
        "witness is a vector that it maps to almost nothing, and the value is the pseudo-inverse."
    )
    indefinite = (
        "The matrix is not positive definite, or within rounding of one that is not. The witness "
        "is a vector v for which vᵀM v is negative, or as good as 0."
    )
    undecided = (
        "Neither an inverse nor a singular matrix nearby could be proven: most likely the "
        "condition number is near 1/ε of this dtype; in float32, take float64."
    )
    vanishing = (
        "The answer is 0, or too small beside the input for a relative error: its absolute size "
        "is within rounding of 0."
    )
    diverged = (
        "The loss grew beyond what this dtype can undo: most likely lr is above its limit, for "
        "SGD 2 (1 + momentum) / λ_max; else the optimizer climbs (maximize), or its guess is too "
        "far away."
    )
    stalled = (
        "The optimizer no longer moves, and the error bound is above the tolerance: most likely "
        "it stopped by a rule of its own, else its lr is too small for this dtype, or the gradient "
        "is 0."
    )
    out_of_steps = (
        "max_steps came first: most likely the condition number is large for this optimizer, "
        "else lr is too small; a singular matrix never gets further."
    )
    overflow = "The answer is beyond the range of this dtype: scale the matrix up."
    not_finite = "The input holds nan or inf, so there is nothing to find."

    def __str__(self) -> str:
        return self.value


STATUSES = tuple(Status)


def code(status: Status) -> int:
    """The integer that stands for a status in a tensor of statuses."""
    return STATUSES.index(status)


@dataclass(frozen=True, eq=False)
class History:
    """The record of a run, step by step; entry 0 is the guess.

    Attributes
    ----------
    loss : Tensor of shape (steps + 1, ...)
        The loss of each iterate, in the dtype of the run.
    error_bound : Tensor of shape (steps + 1, ...)
        The bound that comes free with the loss: relative, inf while nothing is proven.
    error : float64 Tensor of shape (steps + 1, ...), or None
        The true relative error of each iterate, where the run was asked for it with
        `true_error=True`; nan where a second look took the run's place.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> result = gd.inv(
    ...     2 * torch.eye(3), optimizer=torch.optim.SGD, lr=1.0, max_steps=2, true_error=True
    ... )
    >>> [f"{loss:.4f}" for loss in result.history.loss]
    ['0.3333', '0.0041', '0.0001']
    >>> [f"{error:.4f}" for error in result.history.error]
    ['1.0000', '0.1111', '0.0123']
    """

    loss: Tensor
    error_bound: Tensor
    error: Tensor | None = None

    @property
    def step(self) -> Tensor:
        """The step numbers, a long tensor of shape (steps + 1,)."""
        return torch.arange(len(self.loss), device=self.loss.device)

    def to_dict(self) -> dict[str, list[Any]]:
        """The record as plain lists, ready for json or a data frame."""
        names = ("step", "loss", "error_bound", "error")
        return {n: getattr(self, n).tolist() for n in names if getattr(self, n) is not None}

    def __getitem__(self, index: Any) -> History:
        return History(
            *(_indexed(part, index) for part in (self.loss, self.error_bound, self.error))
        )


@dataclass(frozen=True, eq=False)
class Result:
    """The outcome of a run, for one matrix or for a batch of shape (...).

    It is data: `pickle`, `copy.deepcopy` and `torch.save` take it as it is.

    Attributes
    ----------
    value : Tensor of shape (..., n, n), or a named tuple of tensors
        The answer, in the reader's terms; each matrix at the step at which it settled.
    converged : bool Tensor of shape (...)
        Whether the bound is below the tolerance. The loss alone never decides this.
    error_bound : float64 Tensor of shape (...)
        Rigorous relative error: the true one is at most this. inf when nothing is proven.
    steps : long Tensor of shape (...)
        The step at which each matrix settled.
    history : History
        Loss and free bound at every step.
    tolerance : float
        The relative error that `converged` stands for.
    witness : Tensor of shape (..., n), or None
        Where the status is `singular`, a unit vector v with M v within rounding of zero; where it
        is `indefinite`, one with vᵀM v negative or within rounding of zero.
    distance : float64 Tensor of shape (...), or None
        An upper bound on ‖M v‖, so on the distance to a singular matrix; inf without a witness.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> M = torch.tensor([[[2.0, 1.0], [1.0, 2.0]], [[1.0, 0.0], [0.0, 4.0]]], dtype=torch.float64)
    >>> result = gd.inv(M, optimizer=torch.optim.SGD, lr=0.1, momentum=0.5, tolerance=1e-6)
    >>> result.converged
    tensor([True, True])
    >>> result[1]
    Result(converged after 115 steps, relative error at most 9...e-07)
    >>> result[1].value.round(decimals=4)
    tensor([[1.0000, 0.0000],
            [0.0000, 0.2500]], dtype=torch.float64)

    Explained in [The same run in one line](../series/2b-curve.py#the-same-run-in-one-line).
    """

    value: Any
    codes: Tensor
    error_bound: Tensor
    steps: Tensor
    history: History
    tolerance: float
    theory: Callable[[], Prediction | None]
    witness: Tensor | None = None
    distance: Tensor | None = None

    @property
    def converged(self) -> Tensor:
        """Whether each matrix's bound is below the tolerance, bool of shape (...)."""
        return self.codes == code(Status.converged)

    @property
    def status(self) -> Any:
        """One `Status`; for a batch a nested list of them."""
        return _named(self.codes.tolist())

    @property
    def prediction(self) -> Prediction | None:
        """What theory says of this run, or None where it is silent; computed when asked for."""
        return self.theory()

    def plot(self) -> go.Figure:
        """The convergence figure: measured, predicted where theory speaks, floor."""
        from gdinverse.figures import convergence

        return convergence({"": self})

    def __getitem__(self, index: Any) -> Result:
        """The result of one matrix of a batch, as if it had run alone."""
        if not self.codes.dim():
            raise IndexError("this result is of one matrix, not of a batch: nothing to index")
        steps = self.steps[index]
        where = (slice(int(steps.max()) + 1), *(index if isinstance(index, tuple) else (index,)))
        return Result(
            _indexed(self.value, index),
            self.codes[index],
            self.error_bound[index],
            steps,
            self.history[where],
            self.tolerance,
            partial(_part_of, self.theory, index),
            _indexed(self.witness, index),
            _indexed(self.distance, index),
        )

    def __iter__(self) -> Any:
        raise TypeError(
            "a Result is more than its value: unpack result.value, as in U, S, Vh = "
            "gd.svd(M).value, and take result[i] for one matrix of a batch"
        )

    def __bool__(self) -> bool:
        raise TypeError("a Result is neither true nor false: ask result.converged.all()")

    def __repr__(self) -> str:
        if self.codes.dim():
            return f"Result({int(self.converged.sum())} of {self.codes.numel()} converged)"
        return (
            f"Result({self.status.name} after {int(self.steps)} steps, "
            f"relative error at most {float(self.error_bound):.1e})"
        )


def _named(codes: Any) -> Any:
    return [_named(c) for c in codes] if isinstance(codes, list) else STATUSES[codes]


def _part_of(theory: Callable[[], Prediction | None], index: Any) -> Prediction | None:
    return _indexed(theory(), index)


def _indexed(value: Any, index: Any) -> Any:
    if isinstance(value, tuple):
        return type(value)(*(part[index] for part in value))
    return None if value is None else value[index]
