"""The inverse of a square matrix: the X with X M = I."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from gdinverse import proof
from gdinverse.core.result import Result
from gdinverse.core.run import minimize
from gdinverse.core.tensors import as_square_matrix, eye_like, norm, random_matrices, sound, wide
from gdinverse.operations.linear import LARGEST, LinearProblem
from gdinverse.operations.pinv import PASSES, PseudoInverse, Side, first_guess
from gdinverse.operations.steady import steady
from gdinverse.optimizers import RelativeGradient

POWER_STEPS = 200


class Inverse(PseudoInverse):
    """Find X with X M = I; the loss is the mean of the squared entries of X M − I.

    Parameters
    ----------
    M : Tensor of shape (..., n, n), or whatever becomes one
        The matrix, or a batch of them; float32 or float64. Integers and lists become float64.
    side : "left" or "right"
        Which product is compared with I: X M or M X. Their mean is `TwoSidedInverse`.
    guess : Tensor of shape (..., n, n), "zeros", "random" or "transpose"
        The first X; "transpose" is Mᵀ/(‖M‖₁‖M‖_∞), from where the relative gradient converges,
        and where it starts if X is 0.
    generator : torch.Generator, optional
        The stream that "random" draws from, uniform in [0, 1).

    Raises
    ------
    TypeError, ValueError
        For input that is no real square matrix, or a guess of another shape or dtype.

    Notes
    -----
    The Hessian's eigenvalues are 2σ²/n², each n times.

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
        if side not in ("left", "right"):
            raise ValueError(
                f"side={side!r}: choose 'left' (X M) or 'right' (M X); for their mean there is "
                "gd.TwoSidedInverse, and gd.inv(M, side='both')"
            )
        super().__init__(as_square_matrix(M), guess=guess, generator=generator)
        self.side = side

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> Inverse:
        return cls(random_matrices(*batch, 4, 4).to(dtype))

    def part(self, where: Tensor) -> Inverse:
        return Inverse(self.A[where], side=self.side)


class TwoSidedInverse(LinearProblem):
    """Find X with (X M + M X)/2 = I, whose loss can be 0 at an X that is no inverse.

    Parameters and errors are those of `Inverse`, without `side`.

    Notes
    -----
    The map X ↦ (X M + M X)/2 is singular whenever λᵢ + λⱼ = 0 for two eigenvalues of M. So every
    bound comes from X M − I all the same.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.TwoSidedInverse([[1.0, 1.0], [0.0, -1.0]])
    >>> gd.minimize(problem, torch.optim.SGD, lr=0.5, momentum=0.5, max_steps=200).error_bound
    tensor(inf, dtype=torch.float64)
    >>> bool(problem() < 1e-30)
    True

    Explained in [The loss is no proof](../failures/wrong.py).
    """

    def __init__(
        self, M: Any, *, guess: Any = "zeros", generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        A = as_square_matrix(M).contiguous()
        self.A: Tensor
        self.size: Tensor
        self.register_buffer("A", A)
        self.register_buffer("size", norm(A))
        self.register_buffer("target", eye_like(A))
        self.X = nn.Parameter(first_guess(A, guess, generator))

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> TwoSidedInverse:
        return cls(random_matrices(*batch, 4, 4).to(dtype))

    def map(self, X: Tensor) -> Tensor:
        return (X @ self.A + self.A @ X) / 2

    def adjoint(self, R: Tensor) -> Tensor:
        return (R @ self.A.mT + self.A.mT @ R) / 2

    def map_norm(self) -> Tensor:
        return self.size

    def curvatures(self) -> Tensor:
        """Where the map is too large to be decomposed, the largest one alone, and from below."""
        if self.X.shape[-1] ** 2 <= LARGEST:
            return super().curvatures()
        A = sound(self.A)
        X = torch.cos(torch.arange(A.numel(), device=A.device).double() ** 2).view(A.shape)
        for _ in range(POWER_STEPS):
            X = X / wide(norm(X))
            X = (X @ A + A @ X) / 2
            X = (X @ A.mT + A.mT @ X) / 2
        return (2 / self.entries * norm(X))[self.finite()].flatten()

    @torch.no_grad()
    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """‖X M − I‖, and its rounding: not what the loss is the mean square of."""
        n, unit = self.A.shape[-1], torch.finfo(self.A.dtype).eps / 2
        rounding = (n + 2) * unit * self.size * norm(self.X)
        return norm(self.X @ self.A - self.target) + rounding, rounding

    @torch.no_grad()
    def error_bound(self) -> Tensor:
        return proof.inverse_bound(self.X, self.A)

    @torch.no_grad()
    def finish(self) -> Tensor:
        value, bound = proof.finish(self.X, self.A, passes=PASSES)
        self.X.copy_(value)
        return bound

    def exact(self) -> Tensor:
        return torch.linalg.pinv(sound(self.A), rtol=1e-15)

    @property
    def given(self) -> tuple[Tensor, ...]:
        return (self.A,)


def inv(
    M: Any,
    *,
    optimizer: type[torch.optim.Optimizer] = RelativeGradient,
    side: Side = "left",
    guess: Any = "zeros",
    generator: torch.Generator | None = None,
    **options: Any,
) -> Result:
    """The inverse of a square matrix by gradient descent, with a proven error bound.

    Parameters
    ----------
    M : Tensor of shape (..., n, n), or whatever becomes one
        The matrix, or a batch of them; float32 or float64.
    optimizer : class
        By default the relative gradient, then a correction in doubled precision. Any
        `torch.optim.Optimizer` class fits. `torch.optim.SGD` without an lr takes lr and momentum
        from the extreme singular values of M, which is no fair contest: it is told what others
        have to find out.
    side : "left", "right" or "both"
        Which product is compared with I: X M, M X, or the mean of the two.
    guess : Tensor of shape (..., n, n), "zeros", "random" or "transpose"
        The first X. The relative gradient, which cannot leave 0, starts from "transpose" instead.
    generator : torch.Generator, optional
        The stream for a random guess.
    **options
        tolerance, max_steps, finish, callback, progress and true_error as in `minimize`; the rest
        goes to the optimizer: lr, momentum, …

    Returns
    -------
    Result
        `value` is X, of shape (..., n, n); for a singular matrix the pseudo-inverse.

    Raises
    ------
    TypeError, ValueError
        For input that is no real square matrix, a guess unlike M, or an lr above the limit.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> M = gd.matrices.random_2020()
    >>> gd.inv(M)
    Result(converged after 9 steps, relative error at most ...e-17)
    >>> gd.inv(torch.ones(2, 2)).status.name
    'singular'

    The run of 2020, stopped when six digits are proven:

    >>> result = gd.inv(
    ...     M, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, guess=M, tolerance=1e-6
    ... )
    >>> result
    Result(converged after 872 steps, relative error at most ...e-07)
    >>> result.prediction.steps
    tensor(872)

    Explained in [The same run in one line](../series/2b-curve.py#the-same-run-in-one-line).
    """
    problem: LinearProblem
    if side == "both":
        problem = TwoSidedInverse(M, guess=guess, generator=generator)
    else:
        problem = Inverse(M, side=side, guess=guess, generator=generator)
    return minimize(problem, optimizer, **steady(problem, optimizer, options))
