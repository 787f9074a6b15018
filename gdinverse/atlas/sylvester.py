"""The Sylvester equation A X + X B = C, and Lyapunov's."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gdinverse import proof
from gdinverse.core.outcome import Outcome
from gdinverse.core.result import Result, Status
from gdinverse.core.run import minimize
from gdinverse.core.tensors import as_matrix, as_square_matrix, eye_like, norm, random_matrices
from gdinverse.core.tensors import finite, sound
from gdinverse.operations.linear import LARGEST, LinearProblem
from gdinverse.operations.steady import steady
from gdinverse.optimizers import ConjugateGradient
from gdinverse.proof import Ball, over, two_sum


class Sylvester(LinearProblem):
    """Find the X with A X + X B = C; the loss is the mean of the squared entries of the difference.

    Parameters
    ----------
    A, B, C : Tensors of shape (..., m, m), (..., n, n), (..., m, n), or whatever becomes one
        float32 or float64, of one dtype; m n is 300 at most for a proof.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, or shapes that do not match.

    Notes
    -----
    As one system of m n equations its matrix is K = A ⊗ I + I ⊗ Bᵀ, singular where an eigenvalue
    of A is the negative of one of B. For the bound, an approximate inverse P of K with
    r = ‖I − P K‖ < 1 turns the residual E = C − A X − X B into ‖P vec E‖/(1 − r).

    References
    ----------
    Higham (2002), Accuracy and stability of numerical algorithms, chapter 16. Rump (2010),
    Verification methods, section 10.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.Sylvester([[1.0, 0.0], [0.0, 3.0]], [[1.0]], [[4.0], [4.0]])
    >>> gd.minimize(problem, gd.ConjugateGradient).value
    tensor([[2.],
            [1.]], dtype=torch.float64)
    """

    def __init__(self, A: Any, B: Any, C: Any) -> None:
        super().__init__()
        A, B, C = as_square_matrix(A, "A"), as_square_matrix(B, "B"), as_matrix(C, "C")
        if C.shape[-2:] != (A.shape[-1], B.shape[-1]) or len({A.dtype, B.dtype, C.dtype}) > 1:
            raise ValueError(
                f"A, B and C are {tuple(A.shape)}, {tuple(B.shape)} and {tuple(C.shape)}, of "
                f"{A.dtype}, {B.dtype} and {C.dtype}: pass m × m, n × n and m × n, of one dtype"
            )
        batch = torch.broadcast_shapes(A.shape[:-2], B.shape[:-2], C.shape[:-2])
        for name, part in {"A": A, "B": B, "target": C}.items():
            self.register_buffer(name, part.expand(*batch, *part.shape[-2:]).contiguous())
        self.X = nn.Parameter(torch.zeros_like(self.target))

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> Sylvester:
        A, B, C = (random_matrices(*batch, *s).to(dtype) for s in ((3, 3), (2, 2), (3, 2)))
        return cls(A + 2 * eye_like(A), B, C)

    def map(self, X: Tensor) -> Tensor:
        return self.A @ X + X @ self.B

    def adjoint(self, R: Tensor) -> Tensor:
        return self.A.mT @ R + R @ self.B.mT

    def map_norm(self) -> Tensor:
        return norm(self.A) + norm(self.B)

    @property
    def given(self) -> tuple[Tensor, ...]:
        return self.A, self.B, self.target

    def finite(self) -> Tensor:
        return finite(self.A, self.B) & finite(self.target)

    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """No bound: what the residual says of the error depends on K."""
        none = torch.full_like(losses, torch.inf).double()
        return none, torch.zeros_like(none)
