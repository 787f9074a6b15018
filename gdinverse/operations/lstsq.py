"""A x ≈ b in the least-squares sense: one column of x for each column of b."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from gdinverse import proof
from gdinverse.core.outcome import Outcome
from gdinverse.core.result import Result, Status
from gdinverse.core.run import minimize
from gdinverse.core.surroundings import full_precision
from gdinverse.core.tensors import (
    as_matrix,
    as_tensor,
    eye_like,
    norm,
    random_matrices,
    sound,
    wide,
)
from gdinverse.operations import looks
from gdinverse.operations.linear import LinearProblem
from gdinverse.operations.pinv import (
    PseudoInverse,
    Side,
    guess_of,
    pinv,
    small_transpose,
    transposed_spectrum,
)
from gdinverse.operations.relative import Relative
from gdinverse.operations.steady import steady
from gdinverse.optimizers import RelativeGradient
from gdinverse.rates import Modes

PASSES = 6


class LeastSquares(LinearProblem, Relative):
    """Find the x of smallest norm that brings A x closest to b.

    The loss is the mean of the squared entries of A x − b. Descent from zero ends at A⁺b. A
    relative step improves an approximate pseudo-inverse P, and x is P b.

    Parameters
    ----------
    A : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64; batches broadcast with those of b.
    b : Tensor of shape (..., m, k)
        One right-hand side in each column, of A's dtype.
    pseudo_inverse : Tensor of shape (..., n, m), optional
        An approximate pseudo-inverse P of A, which every bound needs: it says how far a small
        residual can be from a small error. Without it nothing is proven before the relative
        gradient has found one.
    guess : Tensor of shape (..., n, k), "zeros" or "random"
        The first x.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, a b whose rows do not match, or a guess of another shape.

    Notes
    -----
    The Hessian's eigenvalues are 2σ²/(m k), each k times.

    With d = ‖I − P A‖ (‖I − A P‖ for a wide A) and δ = d + ‖A P − (A P)ᵀ‖/√2, ‖A⁺‖ is at most
    ‖P‖/(1 − d), and ‖P − A⁺‖ at most δ‖A⁺‖. So the quick bound on ‖x − A⁺b‖ is ‖A⁺‖²‖Aᵀ(b − A x)‖,
    for a square A ‖A⁺‖‖b − A x‖, and for a wide one that and what x has outside the rows of A:
    ‖x − P A x‖ + δ‖A⁺‖‖A x‖.

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
        self, A: Any, b: Any, *, pseudo_inverse: Tensor | None = None, guess: Any = "zeros"
    ) -> None:
        super().__init__()
        A, b = as_matrix(A, "A"), as_matrix(b, "b")
        alike = A.dtype == b.dtype and A.device == b.device
        if not alike or A.shape[-2] != b.shape[-2]:
            raise ValueError(
                f"A is {A.dtype} of shape {tuple(A.shape)} on {A.device}, b is {b.dtype} of shape "
                f"{tuple(b.shape)} on {b.device}: they need one dtype, one device and equally many "
                "rows"
            )
        batch = torch.broadcast_shapes(A.shape[:-2], b.shape[:-2])
        A = A.expand(*batch, *A.shape[-2:]).contiguous()
        P = torch.zeros_like(A.mT) if pseudo_inverse is None else pseudo_inverse
        self.A: Tensor
        self.P: Tensor
        self.size: Tensor
        self.register_buffer("A", A)
        self.register_buffer("size", norm(A))
        self.register_buffer("target", b.expand(*batch, *b.shape[-2:]).contiguous())
        self.register_buffer("P", P.detach().expand(A.mT.shape).clone())
        shape = torch.Size((*batch, A.shape[-1], b.shape[-1]))
        self.X = nn.Parameter(guess_of(shape, A, guess))
        self.reach: Tensor
        self.apart: Tensor
        self.register_buffer("reach", torch.full_like(self.size, torch.inf))
        self.register_buffer("apart", torch.full_like(self.size, torch.inf))
        if pseudo_inverse is not None:
            with full_precision(A.device):
                self._trust(self.deviation())

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> LeastSquares:
        A = random_matrices(*batch, cls.example_rows, 4).to(dtype)
        b = random_matrices(*batch, cls.example_rows, 2).to(dtype)
        return cls(A, b, pseudo_inverse=torch.linalg.pinv(A))

    example_rows = 6

    @property
    def side(self) -> Side:
        """Which product of A and P is compared with I."""
        return "right" if self.A.shape[-2] < self.A.shape[-1] else "left"

    @property
    def inner(self) -> int:
        """The size of that product."""
        return min(self.A.shape[-2:])

    def map(self, X: Tensor) -> Tensor:
        return self.A @ X

    def adjoint(self, R: Tensor) -> Tensor:
        return self.A.mT @ R

    def map_norm(self) -> Tensor:
        return self.size

    @torch.no_grad()
    def deviation(self) -> Tensor:
        """R = I − P A, or I − A P for a wide matrix."""
        return eye_like(self.A, self.inner) - self._product()

    def _product(self, turned: bool = False) -> Tensor:
        """P A or A P, whichever is the smaller; turned, the other."""
        left = (self.side == "left") != turned
        return self.P.to(self.A.dtype) @ self.A if left else self.A @ self.P.to(self.A.dtype)

    @torch.no_grad()
    def multiply(self, a: Tensor | float, T: Tensor) -> None:
        change = T @ self.P if self.side == "left" else self.P @ T
        self.P.mul_(a).add_(change)
        torch.matmul(self.P, self.target, out=self.X.data)

    @torch.no_grad()
    def begin(self) -> None:
        self.P = self.P.to(self.A.dtype)
        nothing = ~self.P.flatten(-2).any(-1)
        if nothing.any():
            self.P.copy_(torch.where(wide(nothing), small_transpose(self.A), self.P))
        self.X.copy_(self.P @ self.target)

    @torch.no_grad()
    def relative_look(self, R: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of x = P b: the bound is ‖R‖ where A is square, else δ‖A⁺‖‖b‖/‖x‖."""
        losses, rounding = self.losses_of(self.residual().detach()), self._trust(R)
        if self.A.shape[-2] == self.A.shape[-1]:
            return losses, self.apart, rounding
        error = self.apart * self.reach * norm(self.target)
        return losses, _relative(error, torch.zeros_like(error), norm(self.X))[0], rounding

    def _trust(self, R: Tensor) -> Tensor:
        """See what P proves of A⁺; return the rounding in it."""
        unit = torch.finfo(self.A.dtype).eps / 2
        size = norm(self.P)
        rounding = (max(self.A.shape[-2:]) + 2) * unit * self.size * size
        d = self.apart = norm(R) + rounding
        if self.A.shape[-2] != self.A.shape[-1] and (d < 1).any():
            other = self._product(turned=True)
            self.apart = d + norm(other - other.mT) / math.sqrt(2) + rounding
        self.reach = torch.where(d < 1, size / (1 - d), torch.inf)
        return rounding

    def seen(self, v: Tensor) -> Tensor:
        image = self.A @ v if self.side == "left" else self.A.mT @ v
        return torch.where(self.size > 0, norm(image) / self.size, 0)

    @torch.no_grad()
    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """What the residual, or its gradient, says with ‖A⁺‖, and the rounding that can hide."""
        m, n = self.A.shape[-2:]
        unit, size = torch.finfo(self.A.dtype).eps / 2, norm(self.X)
        rounding = (n + 2) * unit * (self.size * size + norm(self.target)) * self.reach
        if m > n:
            rounding = rounding * 2 * self.reach * self.size
            error = self.reach.square() * norm(self.adjoint(self.residual()))
        else:
            error = self.reach * (self.entries * losses.double()).sqrt()
        if m < n:
            image = self.map(self.X)
            outside = norm(self.X - self.P.to(image.dtype) @ image)
            error = error + outside + self.apart * self.reach * norm(image)
            rounding = rounding + (m + n + 2) * unit * size * (1 + self.size * norm(self.P))
        return _relative(error, rounding, size)

    @torch.no_grad()
    def error_bound(self) -> Tensor:
        return self._refine(self.X, self.A, self.target, self.P, 0)[1].amax(-1)

    @torch.no_grad()
    def finish(self) -> Tensor:
        value, bounds = self._refine(self.X, self.A, self.target, self.P, PASSES)
        self.X.copy_(value)
        return bounds.amax(-1)

    def _refine(self, *given: Any) -> tuple[Tensor, Tensor]:
        square = self.A.shape[-2] == self.A.shape[-1]
        return (proof.solve_finish if square else proof.lstsq_finish)(*given)

    def part(self, where: Tensor) -> PseudoInverse:
        """The pseudo-inverse of some matrices of the batch, from 0."""
        return PseudoInverse(self.A[where])

    def correct(self, part: PseudoInverse, P: Tensor, where: Tensor) -> tuple[Tensor, Tensor]:
        """X from another P, corrected, and its bound, for some matrices of the batch."""
        b = self.target[where]
        value, bounds = self._refine((P @ b.double()).to(b.dtype), part.A, b, P, PASSES)
        return value, bounds.amax(-1)

    @torch.no_grad()
    def settle(self, outcome: Outcome) -> None:
        """Small answers of a matrix of full rank have a word of their own; then the looks."""
        tiny = torch.finfo(self.A.dtype).eps * sum(self.A.shape[-2:]) * norm(self.P)
        small = (self.X.norm(dim=-2) <= wide(tiny)[..., 0] * self.target.norm(dim=-2)).any(-1)
        full = proof.pinv_bound(self.P, self.A).isfinite()
        outcome.say(outcome.unproven & small & full, Status.vanishing)
        looks.settle(self, outcome)
        lost = (outcome.verdicts < 0) & ~self.X.isfinite().flatten(-2).all(-1)
        outcome.say(lost & outcome.unproven, Status.overflow)

    def exact(self) -> Tensor:
        return torch.linalg.pinv(sound(self.A), rtol=1e-15) @ sound(self.target)

    def modes(self, X: Tensor | None = None) -> Modes:
        """The curvatures of the loss, and the squared error of X (by default the current) in each.

        Returns
        -------
        rates.Modes
            Of shape (..., min(m, n)), largest curvature first.
        """
        X = self.X.detach() if X is None else X
        A, b = sound(self.A), sound(self.target)
        _, sigma, Vh = torch.linalg.svd(A, full_matrices=False)
        answer = self.exact()
        along = (Vh @ (X.double() - answer)).square().sum(-1)
        floor = (b - A @ answer).square().mean(dim=(-2, -1))
        consistent = self.A.shape[-2] <= self.A.shape[-1]
        return Modes(
            2 / self.entries * sigma.square(),
            along,
            norm(answer),
            torch.zeros_like(floor) if consistent else floor,
        )

    def spectrum(self, start: list[Tensor], v: Tensor) -> tuple[Tensor, Tensor] | None:
        return transposed_spectrum(self.A, small_transpose(self.A), self.side, v)

    @property
    def given(self) -> tuple[Tensor, ...]:
        return (self.A, self.target)


def _relative(error: Tensor, rounding: Tensor, size: Tensor) -> tuple[Tensor, Tensor]:
    """Both relative to the answer, whose norm is at least ‖x‖ less the error."""
    answer = (size - error - rounding).clamp(min=0)
    relative = torch.where(answer > 0, (error + rounding) / answer, torch.inf)
    return relative, torch.where(answer > 0, rounding / answer, 0.0)


def lstsq(
    A: Any,
    b: Any,
    *,
    optimizer: type[torch.optim.Optimizer] = RelativeGradient,
    guess: Any = "zeros",
    **options: Any,
) -> Result:
    """The least-squares solution of A x ≈ b of smallest norm, proven where the rank is full.

    Parameters
    ----------
    A : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64; tall, square or wide.
    b, optimizer, guess, **options
        As in `solve`, with m rows in b.

    Returns
    -------
    Result
        `value` is A⁺b, of shape (n,), (..., n) or (..., n, k) as b asks for.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, a b or a guess that does not match, or an lr above the
        limit.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> result = gd.lstsq([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [1.0, 2.0, 4.0])
    >>> result.value
    tensor([0.8333, 1.5000], dtype=torch.float64)
    >>> bool(result.converged)
    True
    """
    return solved(LeastSquares, as_matrix(A, "A"), b, optimizer, guess, options)


def solved(
    kind: type[LeastSquares],
    A: Tensor,
    b: Any,
    optimizer: type[torch.optim.Optimizer],
    guess: Any,
    options: dict[str, Any],
) -> Result:
    """Run once; an optimizer that is blind for P is given one, for its bounds."""
    b = as_tensor(b, "b") if isinstance(b, Tensor) else as_tensor(b, "b").to(A.device)
    vector = b.dim() == 1 or (b.dim() == A.dim() - 1 and b.shape == A.shape[:-1])
    if vector:  # by the rule of torch.linalg
        b = b.unsqueeze(-1)
        guess = guess if isinstance(guess, str) else as_tensor(guess, "guess").unsqueeze(-1)
    problem = kind(A, b, guess=guess)
    if optimizer is not RelativeGradient:
        P = pinv(problem.A, finish=False, tolerance=problem.enough).value
        problem = kind(A, b, pseudo_inverse=P, guess=guess)
    result = minimize(problem, optimizer, **steady(problem, optimizer, options))
    return replace(result, value=result.value.squeeze(-1)) if vector else result
