"""A x = b, solved, or as nearly as it can be: one column of x for each column of b."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gdinverse import proof, rates
from gdinverse.problems.linear_problem import LinearProblem, norm, random_matrices
from gdinverse.problems.problem import as_matrix, as_square_matrix


class LeastSquares(LinearProblem):
    """Find the x of smallest norm that brings A x closest to b.

    The loss is the mean of the squared entries of A x − b. Descent from zero ends at A⁺b.

    Parameters
    ----------
    A : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64; batches broadcast with those of b.
    b : Tensor of shape (..., m, k)
        One right-hand side in each column, of A's dtype.
    pseudo_inverse : Tensor of shape (..., n, m), optional
        An approximate pseudo-inverse of A, which every bound needs: it says how far a small
        residual can be from a small error. Without it nothing is proven.
    guess : Tensor of shape (..., n, k), optional
        The first x; zeros by default.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, or a b whose rows do not match.

    Notes
    -----
    The Hessian's eigenvalues are 2σ²/(m k), each k times.

    Examples
    --------
    A line through three points:

    >>> import torch, gdinverse as gd
    >>> problem = gd.LeastSquares([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [[1.0], [2.0], [4.0]])
    >>> result = gd.minimize(problem, gd.ConjugateGradient)
    >>> result.value.flatten()
    tensor([0.8333, 1.5000], dtype=torch.float64)
    """

    def __init__(
        self, A: Any, b: Any, *, pseudo_inverse: Tensor | None = None, guess: Tensor | None = None
    ) -> None:
        super().__init__()
        A, b = as_matrix(A, "A"), as_matrix(b, "b")
        if A.dtype != b.dtype or A.shape[-2] != b.shape[-2]:
            raise ValueError(
                f"A is {A.dtype} of shape {tuple(A.shape)}, b is {b.dtype} of shape "
                f"{tuple(b.shape)}: they need one dtype and equally many rows"
            )
        batch = torch.broadcast_shapes(A.shape[:-2], b.shape[:-2])
        self.A: Tensor
        self.pseudo_inverse: Tensor | None
        self.register_buffer("A", A.expand(*batch, *A.shape[-2:]).contiguous())
        self.register_buffer("target", b.expand(*batch, *b.shape[-2:]).contiguous())
        self.register_buffer("pseudo_inverse", pseudo_inverse)
        start = b.new_zeros(*batch, A.shape[-1], b.shape[-1])
        self.X = nn.Parameter(start if guess is None else start + guess.detach())

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> LeastSquares:
        rows = 4 if issubclass(cls, LinearSystem) else 6
        A, b = (
            random_matrices(*batch, rows, 4).to(dtype),
            random_matrices(*batch, rows, 2).to(dtype),
        )
        return cls(A, b, pseudo_inverse=torch.linalg.pinv(A))

    def map(self, X: Tensor) -> Tensor:
        return self.A @ X

    def adjoint(self, R: Tensor) -> Tensor:
        return self.A.mT @ R

    def map_norm(self) -> Tensor:
        return norm(self.A)

    @torch.no_grad()
    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """‖A⁺‖² ‖Aᵀ(b − A x)‖/‖x‖, with the rounding that the gradient can hide."""
        if self.pseudo_inverse is None:
            return torch.full_like(losses, torch.inf).double(), torch.zeros_like(losses).double()
        unit = torch.finfo(self.A.dtype).eps / 2
        reach = norm(self.pseudo_inverse).double().square()
        sizes = norm(self.A) * (norm(self.A) * norm(self.X) + norm(self.target))
        rounding = reach * (sum(self.A.shape[-2:]) + 4) * unit * sizes
        error = reach * norm(self.adjoint(self.residual())).double()
        return _relative(error, rounding, norm(self.X).double())

    @torch.no_grad()
    def error_bound(self) -> Tensor:
        return self._proven(passes=0)[1]

    @torch.no_grad()
    def finish(self) -> Tensor:
        value, bound = self._proven(passes=6)
        self.X.copy_(value)
        return bound

    def _proven(self, passes: int) -> tuple[Tensor, Tensor]:
        """The corrected x, and the largest bound of its columns."""
        if self.pseudo_inverse is None:
            return self.X, torch.full(self.X.shape[:-2], torch.inf, dtype=torch.float64)
        value, bounds = self._refine(self.pseudo_inverse, passes)
        return value, bounds.amax(-1)

    def _refine(self, P: Tensor, passes: int) -> tuple[Tensor, Tensor]:
        return proof.lstsq_finish(self.X, self.A, self.target, P, passes)

    def exact(self) -> Tensor:
        return torch.linalg.pinv(self.A.double(), rtol=1e-15) @ self.target.double()

    def modes(self, X: Tensor | None = None) -> rates.Modes:
        """The curvatures of the loss, and the squared error of X (by default the current) in each.

        Returns
        -------
        rates.Modes
            Of shape (..., min(m, n)), largest curvature first.
        """
        X = self.X.detach() if X is None else X
        _, sigma, Vh = torch.linalg.svd(self.A.double(), full_matrices=False)
        answer = self.exact()
        along = (Vh @ (X.double() - answer)).square().sum(-1)
        floor = (self.target.double() - self.A.double() @ answer).square().mean(dim=(-2, -1))
        consistent = self.A.shape[-2] <= self.A.shape[-1]
        return rates.Modes(
            2 / self.entries * sigma.square(),
            along,
            norm(answer),
            torch.zeros_like(floor) if consistent else floor,
        )

    def finite(self) -> Tensor:
        return self.A.isfinite().all(-1).all(-1) & self.target.isfinite().all(-1).all(-1)


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

    loss_bounds = True

    def __init__(
        self, A: Any, b: Any, *, pseudo_inverse: Tensor | None = None, guess: Tensor | None = None
    ) -> None:
        super().__init__(as_square_matrix(A, "A"), b, pseudo_inverse=pseudo_inverse, guess=guess)

    @torch.no_grad()
    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """‖A⁻¹‖ ‖b − A x‖/‖x‖, with the rounding that the residual can hide."""
        if self.pseudo_inverse is None:
            return super().quick_bound(losses)
        unit = torch.finfo(self.A.dtype).eps / 2
        reach = norm(self.pseudo_inverse).double()
        sizes = norm(self.A) * norm(self.X) + norm(self.target)
        rounding = reach * (self.A.shape[-1] + 2) * unit * sizes
        error = reach * (self.entries * losses.double()).sqrt()
        return _relative(error, rounding, norm(self.X).double())

    def _refine(self, P: Tensor, passes: int) -> tuple[Tensor, Tensor]:
        return proof.solve_finish(self.X, self.A, self.target, P, passes)


def _relative(error: Tensor, rounding: Tensor, size: Tensor) -> tuple[Tensor, Tensor]:
    """Both relative to the answer, whose norm is at least ‖x‖ less the error."""
    answer = (size - error - rounding).clamp(min=0)
    relative = torch.where(answer > 0, (error + rounding) / answer, torch.inf)
    return relative, torch.where(answer > 0, rounding / answer, 0.0)
