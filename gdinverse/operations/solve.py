"""A x = b for a square A, each right-hand side with its own proof."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse.core.result import Result
from gdinverse.core.tensors import as_square_matrix
from gdinverse.operations.lstsq import LeastSquares, solved
from gdinverse.optimizers import RelativeGradient


class LinearSystem(LeastSquares):
    """Solve A x = b for a square A; the loss is the mean of the squared entries of A x − b.

    Parameters and errors are those of `LeastSquares`; A must be square.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.LinearSystem([[2.0, 0.0], [0.0, 4.0]], [[2.0], [2.0]])
    >>> gd.minimize(problem, gd.ConjugateGradient).value.flatten()
    tensor([1.0000, 0.5000], dtype=torch.float64)
    """

    deviation_bounds = True
    example_rows = 4

    @property
    def loss_bounds(self) -> bool:  # type: ignore[override]
        """Where a P is given, the loss bounds the error; else there is none before a run."""
        return bool(self.reach.isfinite().all())

    def __init__(
        self, A: Any, b: Any, *, pseudo_inverse: Tensor | None = None, guess: Any = "zeros"
    ) -> None:
        super().__init__(as_square_matrix(A, "A"), b, pseudo_inverse=pseudo_inverse, guess=guess)


def solve(
    A: Any,
    b: Any,
    *,
    optimizer: type[torch.optim.Optimizer] = RelativeGradient,
    guess: Any = "zeros",
    **options: Any,
) -> Result:
    """The solution of A x = b for square A, each right-hand side with its own proof.

    Parameters
    ----------
    A : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64.
    b : Tensor of shape (n,), (..., n) or (..., n, k)
        A vector, one vector for each matrix, or k columns; batches broadcast, as in
        `torch.linalg.solve`.
    optimizer : class
        By default the relative gradient: it improves an approximate inverse P, x is P b at each
        step, and refined in doubled precision at the end. Others descend on the mean square of
        A x − b; for their bounds the relative gradient finds a P before them.
    guess : Tensor like the solution, "zeros" or "random"
        The first x of another optimizer.
    **options
        As in `inv`.

    Returns
    -------
    Result
        `value` is x, of b's shape. `error_bound` is that of the worst column:
        ‖x − A⁻¹b‖/‖A⁻¹b‖ is at most this. For a singular A the value is A⁺b.

    Raises
    ------
    TypeError, ValueError
        For input that is no real square matrix, a b or a guess that does not match, or an lr above
        the limit.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> result = gd.solve([[2.0, 1.0], [1.0, 3.0]], [3.0, 5.0])
    >>> result.value
    tensor([0.8000, 1.4000], dtype=torch.float64)
    >>> bool(result.converged)
    True
    """
    return solved(LinearSystem, as_square_matrix(A, "A"), b, optimizer, guess, options)
