"""What every matrix operation has to say of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from gdinverse.rates import Modes


class Problem(nn.Module):
    """A matrix operation as an optimization problem; a module, so every torch tool works on it.

    Its parameters are the unknowns, of shape (..., rows, columns); calling it gives the loss, one
    per matrix: the mean of the squared residual entries of that matrix. Add `.sum()` for a batch
    before `.backward()`, so that each matrix gets the gradient that it would get alone.

    A subclass defines `forward`, `value`, `quick_bound`, `error_bound`, and where they are known
    `backward` in closed form, `modes` and `exact`.

    Attributes
    ----------
    loss_bounds : bool
        Whether the losses alone decide the quick bound, so that a predicted loss predicts a stop.

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

    def forward(self) -> Tensor:
        """The loss of each matrix, shape (...)."""
        raise NotImplementedError

    def backward(self) -> Tensor:
        """Fill `.grad` of every parameter and return the losses, shape (...), detached."""
        with torch.enable_grad():
            losses = self()
            gradients = torch.autograd.grad(losses.sum(), list(self.parameters()))
        for parameter, gradient in zip(self.parameters(), gradients, strict=True):
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

    def exact(self) -> Any:
        """The answer by `torch.linalg`, for tests and figures; no run ever looks at it."""
        raise NotImplementedError

    def to_answer(self) -> None:
        """Put the unknowns at the exact answer, for tests."""
        raise NotImplementedError

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> Problem:
        """A small problem whose answer is known, for the tests that every problem has to pass."""
        raise NotImplementedError

    def modes(self, X: Tensor | None = None) -> Modes | None:
        """The error at X, or at the current iterate, in the modes of a quadratic loss, or None."""
        return None

    def finite(self) -> Tensor:
        """Whether the input of each matrix is finite, bool of shape (...)."""
        raise NotImplementedError

    @property
    def enough(self) -> float:
        """The bound from which one correction reaches the last digit: √ε/4."""
        return torch.finfo(next(self.parameters()).dtype).eps ** 0.5 / 4

    @property
    def last_digit(self) -> float:
        """The tolerance that asks for the last digit of the dtype: 2 ε, relative."""
        return 2 * torch.finfo(next(self.parameters()).dtype).eps

    def snapshot(self) -> list[Tensor]:
        """Copies of all unknowns."""
        return [parameter.detach().clone() for parameter in self.parameters()]

    def restore(self, snapshot: list[Tensor]) -> None:
        """Put the unknowns back to a snapshot."""
        with torch.no_grad():
            for parameter, saved in zip(self.parameters(), snapshot, strict=True):
                parameter.copy_(saved)


def as_matrix(given: Any, name: str = "M") -> Tensor:
    """Turn what a reader passes into a real floating tensor of shape (..., rows, columns).

    Lists and integers become float64; arrays keep their dtype; the result shares no graph.

    Raises
    ------
    TypeError
        For complex, sparse or half-precision input.
    ValueError
        For fewer than two dimensions, or an empty matrix.
    """
    tensor = as_tensor(given, name)
    if tensor.dim() < 2:
        raise ValueError(
            f"{name} has shape {tuple(tensor.shape)}: a matrix has two dimensions, "
            "a batch of matrices more"
        )
    if 0 in tensor.shape:
        raise ValueError(f"{name} is empty, of shape {tuple(tensor.shape)}: nothing to find")
    return tensor


def as_tensor(given: Any, name: str) -> Tensor:
    """Turn what a reader passes into a real, dense, floating tensor of its own."""
    tensor = given.detach() if isinstance(given, Tensor) else _from_python(given, name)
    if tensor.layout != torch.strided:
        raise TypeError(f"{name} is sparse ({tensor.layout}): pass {name}.to_dense()")
    if tensor.is_complex():
        raise TypeError(f"{name} is {tensor.dtype}: only real matrices are known here")
    if not tensor.is_floating_point():
        tensor = tensor.double()
    if tensor.dtype not in (torch.float32, torch.float64):
        raise TypeError(f"{name} is {tensor.dtype}: pass {name}.float() or {name}.double()")
    return tensor


def _from_python(given: Any, name: str) -> Tensor:
    """A list has no dtype, so it becomes float64; an array keeps its own."""
    try:
        return torch.as_tensor(given, dtype=None if hasattr(given, "dtype") else torch.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} is no matrix of numbers: {error}") from error


def as_square_matrix(given: Any, name: str = "M") -> Tensor:
    """`as_matrix` that insists on as many rows as columns."""
    tensor = as_matrix(given, name)
    rows, columns = tensor.shape[-2:]
    if rows != columns:
        raise ValueError(
            f"{name} is {rows}×{columns}: only a square matrix has an inverse; "
            "for any other shape there is the pseudo-inverse"
        )
    return tensor
