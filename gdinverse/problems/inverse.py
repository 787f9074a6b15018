"""The inverse of a square matrix: the X with X M = I."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse import proof, rates
from gdinverse.problems.linear_problem import LinearProblem, random_matrices
from gdinverse.problems.problem import as_square_matrix
from gdinverse.problems.pseudo_inverse import PASSES, PseudoInverse, Side


class Inverse(PseudoInverse):
    """Find X with X M = I; the loss is the mean of the squared entries of X M − I.

    Parameters
    ----------
    M : Tensor of shape (..., n, n), or whatever becomes one
        The matrix, or a batch of them; float32 or float64. Integers and lists become float64.
    side : "left", "right" or "both"
        Which product is compared with I: X M, M X, or the mean of the two.
    guess : Tensor of shape (..., n, n), "zeros", "random" or "transpose"
        The first X; "transpose" is Mᵀ/(‖M‖₁‖M‖_∞), from where the relative gradient converges.
    generator : torch.Generator, optional
        The stream that "random" draws from, uniform in [0, 1).

    Raises
    ------
    TypeError, ValueError
        For input that is no real square matrix, or a guess of another shape or dtype.

    Notes
    -----
    The Hessian's eigenvalues are 2σ²/n² for "left" and "right", each n times. "both" has another
    Hessian, singular when λᵢ + λⱼ = 0 for two eigenvalues of M: then its loss can be 0 at an X
    that is no inverse. So its bound comes from X M − I all the same.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.Inverse(torch.diag(torch.tensor([1.0, 2.0])), guess="zeros")
    >>> problem()
    tensor(0.5000, grad_fn=<MeanBackward1>)
    >>> problem.backward(), problem.X.grad.diagonal()
    (tensor(0.5000), tensor([-0.5000, -1.0000]))

    Explained in [A loss](../series/2-inverse.py#a-loss).
    """

    def __init__(
        self,
        M: Any,
        *,
        side: Side = "left",
        guess: Any = "zeros",
        generator: torch.Generator | None = None,
    ) -> None:
        if side not in ("left", "right", "both"):
            raise ValueError(f"side={side!r}: choose 'left' (X M), 'right' (M X) or 'both'")
        super().__init__(as_square_matrix(M), guess=guess, generator=generator)
        self.side: Side = side
        self.loss_bounds = side != "both"

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> Inverse:
        return cls(random_matrices(*batch, 4, 4).to(dtype))

    def map(self, X: Tensor) -> Tensor:
        return (X @ self.A + self.A @ X) / 2 if self.side == "both" else super().map(X)

    def adjoint(self, R: Tensor) -> Tensor:
        if self.side == "both":
            return (R @ self.A.mT + self.A.mT @ R) / 2
        return super().adjoint(R)

    @torch.no_grad()
    def deviation(self) -> Tensor:
        if self.side == "both":
            raise ValueError(
                "side='both' has no relative gradient: pass another optimizer, such as "
                "torch.optim.SGD, or side='left'"
            )
        return super().deviation()

    @torch.no_grad()
    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        if self.side == "both":
            losses = (self.X @ self.A - self.target).square().mean(dim=(-2, -1))
        return super().quick_bound(losses)

    @torch.no_grad()
    def error_bound(self) -> Tensor:
        if self.side == "right":
            return proof.inverse_bound(self.X.mT, self.A.mT)
        return proof.inverse_bound(self.X, self.A)

    def corrected(self, X: Tensor) -> tuple[Tensor, Tensor]:
        if self.side == "right":
            value, bound = proof.finish(X.mT, self.A.mT, passes=PASSES)
            return value.mT, bound
        return proof.finish(X, self.A, passes=PASSES)

    def part(self, where: Tensor) -> Inverse:
        return Inverse(self.A[where], side=self.side)

    def modes(self, X: Tensor | None = None) -> rates.Modes:
        if self.side != "both":
            return super().modes(X)
        return LinearProblem.modes(self, X)
