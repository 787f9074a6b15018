"""What every matrix operation has to say of itself, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from gdinverse.core.outcome import Outcome
from gdinverse.core.tensors import finite, relative_error
from gdinverse.rates import Modes


class Problem(nn.Module):
    """A matrix operation as an optimization problem; a module, so every torch tool works on it.

    Its parameters are the unknowns, of shape (..., rows, columns); calling it gives the loss, one
    per matrix: the mean of the squared residual entries of that matrix. Add `.sum()` for a batch
    before `.backward()`, so that each matrix gets the gradient that it would get alone.

    A subclass defines `residual` (or `forward`), `given`, `value`, `quick_bound`, `error_bound`,
    `exact`, `to_answer` and `example`, and what more it is able to: a gradient in closed form
    (`backward`), a linear map, a relative step, a rotation. Optimizers ask for these abilities.

    Attributes
    ----------
    loss_bounds : bool
        Whether the losses alone decide the quick bound, so that a predicted loss predicts a stop.
    deviation_bounds : bool
        Whether for a relative step ‖R‖, the distance of a product from I, decides it.
    deviation_ends : bool
        Whether ‖R‖ bounds no error, and yet says when steps can end and the finish take over.

    Examples
    --------
    A loop by hand, with nothing of ours but the problem:

    >>> import torch, gdinverse as gd
    >>> problem = gd.Inverse(gd.matrices.diagonal_2020(), guess="zeros")
    >>> optimizer = torch.optim.SGD(problem.parameters(), lr=0.9)
    >>> for step in range(200):
    ...     optimizer.zero_grad()
    ...     loss = problem()
    ...     loss.backward()
    ...     optimizer.step()
    >>> f"{loss:.1e}"
    '1.5e-22'
    """

    loss_bounds = False
    deviation_bounds = deviation_ends = False

    def residual(self) -> Tensor:
        """What the loss is the mean square of, shape (..., rows, columns)."""
        raise NotImplementedError

    def losses_of(self, residual: Any) -> Tensor:
        """The losses that belong to a residual, of either sign."""
        return residual.square().mean(dim=(-2, -1))

    def forward(self) -> Tensor:
        """The loss of each matrix, shape (...)."""
        return self.losses_of(self.residual())

    def backward(self) -> Tensor:
        """Fill `.grad` of every parameter and return the losses, shape (...), detached."""
        return self.differentiate(graph=False)

    def differentiate(self, graph: bool) -> Tensor:
        """`backward` by autograd; with a graph, the gradients can be differentiated once more."""
        with torch.enable_grad():
            losses = self()
            unknowns = list(self.parameters())
            gradients = torch.autograd.grad(losses.sum(), unknowns, create_graph=graph)
        for parameter, gradient in zip(unknowns, gradients, strict=True):
            parameter.grad = gradient
        return losses.detach()

    def value(self) -> Any:
        """The answer in the reader's terms, detached from the parameters."""
        raise NotImplementedError

    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """The bound that the losses give for free, and the part of it that is rounding."""
        raise NotImplementedError

    def error_bound(self) -> Tensor:
        """The tight, rigorous bound on the relative error of `value()`, float64 of shape (...)."""
        raise NotImplementedError

    def finish(self) -> Tensor:
        """Correct the unknowns to the last digit, and return their tight bound.

        Without anything better to do, this is `error_bound`.
        """
        return self.error_bound()

    def settle(self, outcome: Outcome) -> None:
        """Look again at what is unproven, and say what the matrix is; by default nothing."""

    def exact(self) -> Any:
        """The answer by `torch.linalg` in float64, for tests and figures.

        A run looks at it only when `true_error=True` asks for that.
        """
        raise NotImplementedError

    def to_answer(self) -> None:
        """Put the unknowns at the exact answer, for tests."""
        raise NotImplementedError

    def error_from(self, exact: Any) -> Tensor:
        """The relative error of `value()` against an exact answer, float64 of shape (...)."""
        return relative_error(self.value(), exact)

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> Problem:
        """A small problem whose answer is known, for the tests that every problem has to pass."""
        raise NotImplementedError

    def modes(self, X: Tensor | None = None) -> Modes | None:
        """The error at X, or at the current iterate, in the modes of a quadratic loss, or None."""
        return None

    @property
    def given(self) -> tuple[Tensor, ...]:
        """What the problem was made of, in the order of its arguments."""
        raise NotImplementedError

    def finite(self) -> Tensor:
        """Whether the input of each matrix is finite, bool of shape (...)."""
        return finite(*self.given)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the unknowns."""
        return next(self.parameters()).dtype

    @property
    def enough(self) -> float:
        """The bound from which one correction reaches the last digit: √ε/4."""
        return torch.finfo(self.dtype).eps ** 0.5 / 4

    @property
    def last_digit(self) -> float:
        """The tolerance that asks for the last digit of the dtype: 2 ε, relative."""
        return 2 * torch.finfo(self.dtype).eps

    def snapshot(self) -> list[Tensor]:
        """Copies of all unknowns."""
        return [parameter.detach().clone() for parameter in self.parameters()]

    def restore(self, snapshot: list[Tensor]) -> None:
        """Put the unknowns back to a snapshot."""
        with torch.no_grad():
            for parameter, saved in zip(self.parameters(), snapshot, strict=True):
                parameter.copy_(saved)


def need(problem: Problem, optimizer: object, *abilities: str) -> None:
    """Refuse a problem without what an optimizer works with, and name those that have it."""
    if all(hasattr(problem, ability) for ability in abilities):
        return
    able = {k.__name__ for k in _kinds(Problem) if all(hasattr(k, a) for a in abilities)}
    raise TypeError(
        f"{type(optimizer).__name__} needs {' and '.join(abilities)}, and "
        f"{type(problem).__name__} has no such thing: it works on {', '.join(sorted(able))}; "
        "here, take torch.optim.SGD, or the optimizer that the operation takes by itself"
    )


def _kinds(base: type[Problem]) -> Iterator[type[Problem]]:
    """Every problem that has an example; bases have none."""
    for kind in base.__subclasses__():
        if kind.example.__func__ is not Problem.example.__func__:  # type: ignore[attr-defined]
            yield kind
        yield from _kinds(kind)
