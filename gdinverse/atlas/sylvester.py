"""The Sylvester equation A X + X B = C, and Lyapunov's."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gdinverse.core.outcome import Outcome
from gdinverse.core.result import Result, Status
from gdinverse.core.run import minimize
from gdinverse.core.tensors import (
    as_matrix,
    as_square_matrix,
    eye_like,
    finite,
    norm,
    random_matrices,
    sound,
    times_power,
    wide,
)
from gdinverse.operations.linear import LARGEST, LinearProblem
from gdinverse.operations.rotation import to_unit
from gdinverse.operations.steady import steady
from gdinverse.optimizers import ConjugateGradient
from gdinverse.proof import Ball, norm_down, norm_up, over, two_sum
from gdinverse.proof.error_free import relative
from gdinverse.proof.refine import refined, round_once


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

    Explained in [The Sylvester equation](../atlas/sylvester.py).
    """

    def __init__(self, A: Any, B: Any, C: Any) -> None:
        super().__init__()
        A, B, C = as_square_matrix(A, "A"), as_square_matrix(B, "B"), as_matrix(C, "C")
        kinds = {(part.dtype, part.device) for part in (A, B, C)}
        if C.shape[-2:] != (A.shape[-1], B.shape[-1]) or len(kinds) > 1:
            raise ValueError(
                f"A, B and C are {tuple(A.shape)}, {tuple(B.shape)} and {tuple(C.shape)}, of "
                f"{A.dtype}, {B.dtype} and {C.dtype}, on {A.device}, {B.device} and {C.device}: "
                "pass m × m, n × n and m × n, of one dtype and on one device"
            )
        batch = torch.broadcast_shapes(A.shape[:-2], B.shape[:-2], C.shape[:-2])
        self.A: Tensor
        self.B: Tensor
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

    @property
    def powers(self) -> tuple[Tensor, Tensor]:
        """The exponents of the largest entries, of A and B together, and of C."""
        a, b, c = (to_unit(part)[1] for part in self.given)
        return torch.maximum(a, b), c

    def system(self) -> tuple[Tensor, Tensor]:
        """K as a sum of two float64 matrices (..., m n, m n), with A and B as they are scaled."""
        a, _ = self.powers
        A, B = (times_power(sound(part), -a) for part in (self.A, self.B))
        left = torch.einsum("...ik,jl->...ijkl", A, eye_like(B))
        right = torch.einsum("ik,...lj->...ijkl", eye_like(A), B)
        return two_sum(*(part.flatten(-4, -3).flatten(-2) for part in (left, right)))

    def correct(self, passes: int) -> tuple[Tensor, Tensor]:
        """X, corrected so often, and its bound; infinite for more than 300 unknowns."""
        if self.entries > LARGEST:
            return self.value(), torch.full_like(self.finite(), torch.inf, dtype=torch.float64)
        a, c = self.powers
        K = Ball.exact(*self.system())
        P = Ball.exact(torch.linalg.inv_ex(K.high).inverse.nan_to_num(0, 0, 0))
        off = (Ball.eye(K.high) - P @ K).norm
        target = Ball.exact(times_power(sound(self.target), -c).flatten(-2).unsqueeze(-1))

        def step(high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
            X = Ball.exact(*(part.flatten(-2).unsqueeze(-1) for part in (high, low)))
            D = P @ (target - K @ X)
            return D.high.reshape(high.shape), over(D.norm, 1 - off)

        scaled = times_power(sound(self.X.detach()), a - c)
        found = refined(step, scaled, passes)
        value, kept, lost = round_once(found, self.dtype, wide(c - a))
        bound = relative(norm_up(lost) + found.error, norm_down(kept))
        return value, torch.where(self.finite(), bound, torch.inf)

    @torch.no_grad()
    def error_bound(self) -> Tensor:
        return self.correct(0)[1]

    @torch.no_grad()
    def finish(self) -> Tensor:
        value, bound = self.correct(4)
        self.X.copy_(value)
        return bound

    def settle(self, outcome: Outcome) -> None:
        nothing = ~self.target.flatten(-2).any(-1)
        outcome.say(outcome.unproven & nothing, Status.vanishing)
        outcome.say(outcome.unproven, Status.undecided)

    def exact(self) -> Tensor:
        a, c = self.powers
        K, scaled = sum(self.system()), times_power(sound(self.target), -c)
        X = torch.linalg.pinv(K, rtol=1e-15) @ scaled.flatten(-2).unsqueeze(-1)
        return times_power(X.reshape(scaled.shape), c - a)


def solve_sylvester(
    A: Any,
    B: Any,
    C: Any,
    *,
    optimizer: type[torch.optim.Optimizer] = ConjugateGradient,
    **options: Any,
) -> Result:
    """The solution of A X + X B = C, with a proven error bound.

    Parameters
    ----------
    A, B, C : Tensors of shape (..., m, m), (..., n, n), (..., m, n), or whatever becomes one
        float32 or float64, of one dtype.
    optimizer : class
        By default conjugate gradients, then a correction in doubled precision.
    **options
        As in `inv`.

    Returns
    -------
    Result
        `value` is X, as of `scipy.linalg.solve_sylvester`. Where an eigenvalue of A is the
        negative of one of B, or as good as that, the status is `undecided`; where C is 0,
        `vanishing`.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, or shapes that do not match.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.solve_sylvester([[2.0, 1.0], [0.0, 1.0]], [[1.0]], [[4.0], [2.0]]).value
    tensor([[1.],
            [1.]], dtype=torch.float64)

    Explained in [The Sylvester equation](../atlas/sylvester.py).
    """
    problem = Sylvester(A, B, C)
    return minimize(problem, optimizer, **steady(problem, optimizer, options))


def solve_lyapunov(A: Any, Q: Any, **options: Any) -> Result:
    """The solution of A X + X Aᵀ = Q, with a proven error bound.

    Parameters, statuses and errors are those of `solve_sylvester`.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.solve_lyapunov([[-1.0, 1.0], [0.0, -2.0]], [[-2.0, 0.0], [0.0, -4.0]]).value
    tensor([[1.3333, 0.3333],
            [0.3333, 1.0000]], dtype=torch.float64)

    Explained in [The Sylvester equation](../atlas/sylvester.py).
    """
    A = as_square_matrix(A, "A")
    return solve_sylvester(A, A.mT, Q, **options)
