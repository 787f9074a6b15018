"""The pseudo-inverse of any matrix: the least X that brings X A, or A X, closest to I."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn

from gdinverse import proof
from gdinverse.core.outcome import Outcome
from gdinverse.core.result import Result
from gdinverse.core.run import minimize
from gdinverse.core.tensors import (
    as_matrix,
    as_tensor,
    eye_like,
    norm,
    plus_product,
    random_matrices,
    sound,
    wide,
)
from gdinverse.operations import looks
from gdinverse.operations.linear import LinearProblem
from gdinverse.operations.relative import Relative
from gdinverse.operations.steady import steady
from gdinverse.optimizers import RelativeGradient
from gdinverse.rates import Modes

PASSES = 12  # a residual of 0.9 needs so many corrections; most matrices need one
Side = Literal["left", "right", "both"]


class PseudoInverse(LinearProblem, Relative):
    """Find the pseudo-inverse X of A; the loss is the mean of the squared entries of X A − I.

    Descent from X = 0 stays where the least solution is, so it ends at the pseudo-inverse whatever
    the rank. For a wide matrix the product is A X, so that I is as small as it can be.

    Parameters
    ----------
    A : Tensor of shape (..., m, n), or whatever becomes one
        The matrix, or a batch of them; float32 or float64. Integers and lists become float64.
    guess : Tensor of shape (..., n, m), "zeros", "random" or "transpose"
        The first X; "transpose" is Aᵀ/(‖A‖₁‖A‖_∞), from where the relative gradient converges,
        and where it starts if X is 0.
    generator : torch.Generator, optional
        The stream that "random" draws from, uniform in [0, 1).

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, or a guess of another shape or dtype.

    Notes
    -----
    The quick bound is n √loss; where A is not square, X may also have a part outside the space of
    A⁺, which the loss does not see, and ‖A X − (A X)ᵀ‖/√2 is added: with that part W, the two
    corners of the skew matrix that Π = A A⁺ and I − Π cut out are A W and −(A W)ᵀ, and
    ‖W‖ ≤ ‖A⁺‖‖A W‖.

    References
    ----------
    Ben-Israel & Cohen (1966), On iterative computation of generalized inverses.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.PseudoInverse([[1.0], [1.0]])
    >>> gd.minimize(problem, torch.optim.SGD, lr=0.1, momentum=0.2, tolerance=1e-6).value
    tensor([[0.5000, 0.5000]], dtype=torch.float64)
    """

    side: Side = "left"
    loss_bounds = True

    def __init__(
        self, A: Any, *, guess: Any = "zeros", generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        A = as_matrix(A).contiguous()
        rows, columns = A.shape[-2:]
        if rows < columns:
            self.side = "right"
        self.A: Tensor
        self.size: Tensor
        self.X = nn.Parameter(first_guess(A, guess, generator))
        self.register_buffer("A", A)
        self.register_buffer("size", norm(A))
        self.register_buffer("target", eye_like(A, min(rows, columns)))

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> PseudoInverse:
        return cls(random_matrices(*batch, 5, 3).to(dtype))

    def map(self, X: Tensor) -> Tensor:
        return X @ self.A if self.side == "left" else self.A @ X

    def adjoint(self, R: Tensor) -> Tensor:
        return R @ self.A.mT if self.side == "left" else self.A.mT @ R

    def map_norm(self) -> Tensor:
        return self.size

    @torch.no_grad()
    def deviation(self) -> Tensor:
        """R = I − X A, or I − A X for a wide matrix."""
        left, right = (self.X, self.A) if self.side == "left" else (self.A, self.X)
        return plus_product(self.target, left, right, -1)

    @torch.no_grad()
    def multiply(self, a: Tensor | float, T: Tensor) -> None:
        X = self.X.detach()
        X.copy_(plus_product(a * X, *((T, X) if self.side == "left" else (X, T))))

    @torch.no_grad()
    def relative_look(self, R: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        size = norm(R)
        losses = (size.square() / self.entries).to(R.dtype)
        return losses, *self._bounded(size)

    @torch.no_grad()
    def begin(self) -> None:
        nothing = ~self.X.flatten(-2).any(-1)
        if nothing.any():
            self.X.copy_(torch.where(wide(nothing), small_transpose(self.A), self.X))

    def seen(self, v: Tensor) -> Tensor:
        image = self.A @ v if self.side == "left" else self.A.mT @ v
        return torch.where(self.size > 0, norm(image) / self.size, 0)

    @torch.no_grad()
    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """Bound the relative error by n √loss, and add what is rounding, or unseen by the loss."""
        return self._bounded(self.target.shape[-1] * losses.double().sqrt())

    def _bounded(self, size: Tensor) -> tuple[Tensor, Tensor]:
        """From the norm of the residual to the quick bound, and what of it is rounding."""
        n, longer = self.target.shape[-1], max(self.A.shape[-2:])
        unit = torch.finfo(self.A.dtype).eps / 2
        rounding = (longer + 2) * unit * self.size * norm(self.X.detach())
        bound = size + rounding
        if n < longer and (bound < 1).any():
            other = self.A @ self.X if self.side == "left" else self.X @ self.A
            bound = bound + norm(other - other.mT) / math.sqrt(2) + rounding
        return bound, rounding

    @torch.no_grad()
    def error_bound(self) -> Tensor:
        if self.square:
            return proof.inverse_bound(*self._turned(self.X))
        return proof.pinv_bound(self.X, self.A)

    @torch.no_grad()
    def finish(self) -> Tensor:
        value, bound = self.corrected(self.X)
        self.X.copy_(value)
        return bound

    def corrected(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """X corrected to the last digit of A's dtype, and its bound; X may have more digits."""
        if not self.square:
            return proof.pinv_finish(X, self.A, passes=PASSES)
        value, bound = proof.finish(*self._turned(X), passes=PASSES)
        return (value if self.side == "left" else value.mT), bound

    @property
    def square(self) -> bool:
        """Whether A⁺ is an inverse, if it is proven at all."""
        return self.A.shape[-2] == self.A.shape[-1]

    def _turned(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """X and A for proofs about X A; about A X, both transposed."""
        return (X, self.A) if self.side == "left" else (X.mT, self.A.mT)

    def correct(self, part: Any, X: Tensor, where: Tensor) -> tuple[Tensor, Tensor]:
        """An approximate pseudo-inverse of some matrices of the batch, corrected, and its bound."""
        return part.corrected(X)

    def part(self, where: Tensor) -> PseudoInverse:
        """The same problem from X = 0, for some matrices of the batch."""
        return PseudoInverse(self.A[where])

    @torch.no_grad()
    def settle(self, outcome: Outcome) -> None:
        looks.settle(self, outcome)

    def exact(self) -> Tensor:
        return torch.linalg.pinv(sound(self.A), rtol=1e-15)

    def modes(self, X: Tensor | None = None) -> Modes:
        """The curvatures of the loss, and the squared error of X (by default the current) in each.

        Returns
        -------
        rates.Modes
            Of shape (..., n) for n singular values, largest curvature first.
        """
        X = self.X.detach() if X is None else X
        U, sigma, Vh = torch.linalg.svd(sound(self.A), full_matrices=False)
        answer = self.exact()
        error = X.double() - answer
        along = error @ U if self.side == "left" else (Vh @ error).mT
        missing = (sigma <= 1e-15 * sigma[..., :1]).double().sum(-1)  # each leaves a 1 of I undone
        return Modes(
            2 / self.entries * sigma.square(),
            along.square().sum(-2),
            norm(answer),
            missing / self.entries,
        )

    def spectrum(self, start: list[Tensor], v: Tensor) -> tuple[Tensor, Tensor] | None:
        return transposed_spectrum(self.A, start[0], self.side, v)

    @property
    def given(self) -> tuple[Tensor, ...]:
        return (self.A,)


def transposed_spectrum(
    A: Tensor, X: Tensor, side: Side, v: Tensor
) -> tuple[Tensor, Tensor] | None:
    """Eigenvalues of X A, or A X, and v in their basis, where X is a multiple of Aᵀ."""
    A, X = sound(A), sound(X)
    scale = (X * A.mT).sum((-2, -1)) / A.square().sum((-2, -1))
    if not torch.allclose(wide(scale) * A.mT, X, rtol=1e-5, atol=0, equal_nan=True):
        return None
    U, sigma, Vh = torch.linalg.svd(A, full_matrices=False)
    along = Vh @ v if side == "left" else U.mT @ v
    return scale[..., None] * sigma.square(), along.squeeze(-1).square()


def first_guess(A: Tensor, guess: Any, generator: torch.Generator | None) -> Tensor:
    """A tensor of A's transposed shape, and of its dtype, to start from."""
    if isinstance(guess, str) and guess == "transpose":
        return small_transpose(A)
    return guess_of(A.mT.shape, A, guess, generator, "'zeros', 'random' or 'transpose'")


def guess_of(
    shape: torch.Size,
    like: Tensor,
    guess: Any,
    generator: torch.Generator | None = None,
    names: str = "'zeros' or 'random'",
) -> Tensor:
    """A tensor of that shape, and of the matrix's dtype and device, to start from."""
    if isinstance(guess, str):
        if guess == "zeros":
            return like.new_zeros(shape)
        if guess != "random":
            raise ValueError(f"guess={guess!r}: pass a tensor, {names}")
        return drawn(shape, like, generator)
    given = as_tensor(guess, "guess")
    if not isinstance(guess, Tensor):
        given = given.to(like.dtype)
    if given.shape != shape or given.dtype != like.dtype:
        raise ValueError(
            f"the guess is {given.dtype} of shape {tuple(given.shape)}, and {like.dtype} of shape "
            f"{tuple(shape)} is needed: pass guess=guess.to(matrix.dtype) of that shape"
        )
    return given.to(like.device).clone(memory_format=torch.contiguous_format)


def drawn(shape: Sequence[int], like: Tensor, generator: torch.Generator | None) -> Tensor:
    """A random tensor of the matrix's dtype and device, uniform in [0, 1)."""
    if generator is not None and generator.device.type != like.device.type:
        raise ValueError(
            f"the generator is on {generator.device}, the matrix on {like.device}: pass "
            f"torch.Generator('{like.device}')"
        )
    return torch.rand(shape, dtype=like.dtype, device=like.device, generator=generator)


def small_transpose(A: Tensor) -> Tensor:
    """Aᵀ/(‖A‖₁‖A‖_∞): the eigenvalues of its product with A lie in [0, 1]."""
    shrunk = A.mT
    for dim in (-2, -1):
        size = A.abs().sum(dim).amax(-1)
        shrunk = shrunk / wide(torch.where(size > 0, size, 1))
    return shrunk.contiguous()


def pinv(
    A: Any,
    *,
    optimizer: type[torch.optim.Optimizer] = RelativeGradient,
    guess: Any = "zeros",
    generator: torch.Generator | None = None,
    **options: Any,
) -> Result:
    """The pseudo-inverse of any matrix by gradient descent, proven where the rank is full.

    Parameters
    ----------
    A : Tensor of shape (..., m, n), or whatever becomes one
        The matrix, or a batch of them; float32 or float64.
    optimizer, guess, generator, **options
        As in `inv`; a guess has shape (..., n, m).

    Returns
    -------
    Result
        `value` is A⁺, of shape (..., n, m). A rank-deficient matrix has status `singular`: A⁺
        jumps under the last bit of such an A, so no bound can hold; `distance` says how far the
        nearest rank-deficient matrix is at most.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, a guess of another shape, or an lr above the limit.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> result = gd.pinv([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    >>> result.value
    tensor([[1.0000, 0.0000, 0.0000],
            [0.0000, 0.5000, 0.0000]], dtype=torch.float64)
    >>> result.converged
    tensor(True)
    >>> gd.pinv(torch.ones(3, 2)).status.name
    'singular'
    """
    problem = PseudoInverse(as_matrix(A, "A"), guess=guess, generator=generator)
    return minimize(problem, optimizer, **steady(problem, optimizer, options))
