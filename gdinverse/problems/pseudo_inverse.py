"""The pseudo-inverse of any matrix: the least X that brings X A, or A X, closest to I."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor, nn

from gdinverse import proof, rates
from gdinverse.problems.linear_problem import LinearProblem, norm, random_matrices
from gdinverse.problems.problem import as_matrix

PASSES = 12  # a residual of 0.9 needs so many corrections; most matrices need one
Side = Literal["left", "right", "both"]


class PseudoInverse(LinearProblem):
    """Find the pseudo-inverse X of A; the loss is the mean of the squared entries of X A − I.

    Descent from X = 0 stays where the least solution is, so it ends at the pseudo-inverse whatever
    the rank. For a wide matrix the product is A X, so that I is as small as it can be.

    Parameters
    ----------
    A : Tensor of shape (..., m, n), or whatever becomes one
        The matrix, or a batch of them; float32 or float64. Integers and lists become float64.
    guess : Tensor of shape (..., n, m), "zeros", "random" or "transpose"
        The first X; "transpose" is Aᵀ/(‖A‖₁‖A‖_∞), from where the relative gradient converges.
    generator : torch.Generator, optional
        The stream that "random" draws from, uniform in [0, 1).

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, or a guess of another shape or dtype.

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
        self.register_buffer("A", A)
        eye = torch.eye(min(rows, columns), dtype=A.dtype, device=A.device)
        self.register_buffer("target", eye)
        self.X = nn.Parameter(first_guess(A, guess, generator))

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> PseudoInverse:
        return cls(random_matrices(*batch, 5, 3).to(dtype))

    def map(self, X: Tensor) -> Tensor:
        return X @ self.A if self.side == "left" else self.A @ X

    def adjoint(self, R: Tensor) -> Tensor:
        return R @ self.A.mT if self.side == "left" else self.A.mT @ R

    def map_norm(self) -> Tensor:
        return norm(self.A)

    @torch.no_grad()
    def deviation(self) -> Tensor:
        """R = I − X A, or I − A X for a wide matrix: what the relative gradient works with."""
        return self.target - self.map(self.X)

    def relative(self, R: Tensor) -> Tensor:
        """R X, or X R for a wide matrix: the relative gradient's step."""
        return R @ self.X if self.side == "left" else self.X @ R

    def seen(self, v: Tensor) -> Tensor:
        """How much of the unit vector v (..., n, 1) is left after A, relative to ‖A‖."""
        image = self.A @ v if self.side == "left" else self.A.mT @ v
        size = norm(self.A)
        return torch.where(size > 0, norm(image) / size, 0)

    @torch.no_grad()
    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """Bound the relative error by n √loss, once that is below 1, and add what is rounding."""
        n, length = self.target.shape[-1], max(self.A.shape[-2:])
        unit = torch.finfo(self.A.dtype).eps / 2
        rounding = ((length + 2) * unit * norm(self.A) * norm(self.X)).double()
        return n * losses.double().sqrt() + rounding, rounding

    @torch.no_grad()
    def error_bound(self) -> Tensor:
        return proof.pinv_bound(self.X, self.A)

    @torch.no_grad()
    def finish(self) -> Tensor:
        value, bound = self.corrected(self.X)
        self.X.copy_(value)
        return bound

    def corrected(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """X corrected to the last digit of A's dtype, and its bound; X may have more digits."""
        return proof.pinv_finish(X, self.A, passes=PASSES)

    def part(self, where: Tensor) -> PseudoInverse:
        """The same problem from X = 0, for some matrices of the batch."""
        return PseudoInverse(self.A[where])

    def exact(self) -> Tensor:
        return torch.linalg.pinv(self.A.double(), rtol=1e-15)

    def modes(self, X: Tensor | None = None) -> rates.Modes:
        """The curvatures of the loss, and the squared error of X (by default the current) in each.

        Returns
        -------
        rates.Modes
            Of shape (..., n) for n singular values, largest curvature first.
        """
        X = self.X.detach() if X is None else X
        U, sigma, Vh = torch.linalg.svd(self.A.double(), full_matrices=False)
        answer = self.exact()
        error = X.double() - answer
        along = error @ U if self.side == "left" else (Vh @ error).mT
        missing = (sigma <= 1e-15 * sigma[..., :1]).double().sum(-1)  # each leaves a 1 of I undone
        return rates.Modes(
            2 / self.entries * sigma.square(),
            along.square().sum(-2),
            norm(answer),
            missing / self.entries,
        )

    def finite(self) -> Tensor:
        return self.A.isfinite().all(-1).all(-1)


def first_guess(A: Tensor, guess: Any, generator: torch.Generator | None) -> Tensor:
    """A tensor of A's transposed shape, and of its dtype, to start from."""
    shape = A.mT.shape
    if isinstance(guess, str):
        if guess == "zeros":
            return A.new_zeros(shape)
        if guess == "random":
            if generator is not None and generator.device.type != A.device.type:
                raise ValueError(
                    f"the generator is on {generator.device}, the matrix on {A.device}: pass "
                    f"torch.Generator('{A.device}')"
                )
            return torch.rand(shape, dtype=A.dtype, device=A.device, generator=generator)
        if guess == "transpose":
            return small_transpose(A)
        raise ValueError(f"guess={guess!r}: pass a tensor, 'zeros', 'random' or 'transpose'")
    guess = torch.as_tensor(guess)
    if guess.shape != shape or guess.dtype != A.dtype:
        raise ValueError(
            f"the guess is {guess.dtype} of shape {tuple(guess.shape)}, and {A.dtype} of shape "
            f"{tuple(shape)} is needed: pass guess=guess.to(matrix.dtype) of that shape"
        )
    return guess.detach().to(A.device).clone(memory_format=torch.contiguous_format)


def small_transpose(A: Tensor) -> Tensor:
    """Aᵀ/(‖A‖₁‖A‖_∞): the eigenvalues of its product with A lie in [0, 1]."""
    size = A.abs().sum(-2).amax(-1) * A.abs().sum(-1).amax(-1)
    return (A.mT / torch.where(size > 0, size, 1)[..., None, None]).contiguous()
