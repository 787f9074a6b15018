"""What a run gives back: the value, a status, a bound, and everything that happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from gdinverse.rates import Prediction


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
        "The matrix is singular, or within rounding of a singular one: the witness is a vector "
        "that it maps to almost nothing, and the value is the pseudo-inverse."
    )
    undecided = (
        "Neither an inverse nor a singular matrix nearby could be proven: most likely the "
        "condition number is near 1/ε of this dtype; in float32, take float64."
    )
    diverged = (
        "The loss grew beyond what this dtype can undo: most likely lr is above its limit "
        "2 (1 + momentum) / λ_max, else the guess is too far away for this optimizer."
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

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> result = gd.inv(2 * torch.eye(3), optimizer=torch.optim.SGD, lr=1.0, max_steps=2)
    >>> [f"{loss:.4f}" for loss in result.history.loss]
    ['0.3333', '0.0041', '0.0001']
    """

    loss: Tensor
    error_bound: Tensor

    @property
    def step(self) -> Tensor:
        """The step numbers, a long tensor of shape (steps + 1,)."""
        return torch.arange(len(self.loss))

    def to_dict(self) -> dict[str, list[Any]]:
        """The record as plain lists, ready for json or a data frame."""
        return {name: getattr(self, name).tolist() for name in ("step", "loss", "error_bound")}


@dataclass(frozen=True, eq=False)
class Result:
    """The outcome of a run, for one matrix or for a batch of shape (...).

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
        Where the status is `singular`, a unit vector v with M v within rounding of zero.
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
    forecast: Callable[[], Prediction | None]
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
        return self.forecast()

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
            History(self.history.loss[where], self.history.error_bound[where]),
            self.tolerance,
            lambda: _indexed(self.forecast(), index),
            _indexed(self.witness, index),
            _indexed(self.distance, index),
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


def _indexed(value: Any, index: Any) -> Any:
    if isinstance(value, tuple):
        return type(value)(*(part[index] for part in value))
    return None if value is None else value[index]
