"""The inverse of a square matrix: the X with X M = I."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor, nn

from gdinverse import proof, rates
from gdinverse.problems.linear_problem import LinearProblem, norm
from gdinverse.problems.problem import Stops, as_square_matrix

Side = Literal["left", "right", "both"]


class Inverse(LinearProblem):
    """Find X with X M = I; the loss is the mean of the squared entries of X M − I.

    Parameters
    ----------
    M : Tensor of shape (..., n, n), or whatever becomes one
        The matrix, or a batch of them; float32 or float64. Integers and lists become float64.
    side : "left", "right" or "both"
        Which product is compared with I: X M, M X, or the mean of the two.
    guess : Tensor of shape (..., n, n), "zeros" or "random"
        The first X.
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
    >>> problem.backward(), problem.X.grad
    (tensor(0.5000), tensor([[-0.5000, -0.0000],
            [-0.0000, -1.0000]]))

    Explained in [A loss](../series/2-inverse.md#a-loss).
    """

    def __init__(
        self,
        M: Any,
        *,
        side: Side = "left",
        guess: Any = "zeros",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if side not in ("left", "right", "both"):
            raise ValueError(f"side={side!r}: choose 'left' (X M), 'right' (M X) or 'both'")
        self.side = side
        M = as_square_matrix(M).contiguous()
        self.M: Tensor
        self.register_buffer("M", M)
        self.register_buffer("target", torch.eye(M.shape[-1], dtype=M.dtype, device=M.device))
        self.X = nn.Parameter(_first_guess(M, guess, generator))

    def map(self, X: Tensor) -> Tensor:
        if self.side == "left":
            return X @ self.M
        if self.side == "right":
            return self.M @ X
        return (X @ self.M + self.M @ X) / 2

    def adjoint(self, R: Tensor) -> Tensor:
        if self.side == "left":
            return R @ self.M.mT
        if self.side == "right":
            return self.M.mT @ R
        return (R @ self.M.mT + self.M.mT @ R) / 2

    @torch.no_grad()
    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """N √loss bounds the relative error, once it is below 1; the rest is rounding."""
        n = self.M.shape[-1]
        if self.side == "both":
            losses = (self.X @ self.M - self.target).square().mean(dim=(-2, -1))
        rounding = (n + 2) * torch.finfo(self.M.dtype).eps / 2 * norm(self.M) * norm(self.X)
        bound = n * losses.double().sqrt() + rounding
        return torch.where(bound < 1, bound, torch.inf), rounding.double()

    @torch.no_grad()
    def error_bound(self) -> Tensor:
        if self.side == "right":
            return proof.inverse_bound(self.X.mT, self.M.mT)
        return proof.inverse_bound(self.X, self.M)

    def exact(self) -> Tensor:
        """M⁻¹ in float64; the pseudo-inverse where M is singular."""
        return torch.linalg.pinv(self.M.double(), rtol=1e-15)

    def modes(self, X: Tensor | None = None) -> rates.Modes:
        """The curvatures of the loss, and the squared error of X (by default the current) in each.

        Returns
        -------
        rates.Modes
            Of shape (..., n) for "left" and "right", largest curvature first; (..., n²) for
            "both".
        """
        X = self.X.detach() if X is None else X
        if self.side == "both":
            return super().modes(X)
        U, sigma, Vh = torch.linalg.svd(self.M.double())
        answer = self.exact()
        error = X.double() - answer
        along = error @ U if self.side == "left" else (Vh @ error).mT
        return rates.Modes(2 / self.entries * sigma.square(), along.square().sum(-2), norm(answer))

    def prediction(
        self, optimizer: torch.optim.Optimizer, start: list[Tensor], steps: int, stops: Stops
    ) -> rates.Prediction | None:
        bound_follows_loss = self.side != "both"
        return rates.of_run(
            self.modes(start[0]), optimizer, steps, stops if bound_follows_loss else None
        )

    def finite(self) -> Tensor:
        return self.M.isfinite().all(-1).all(-1)


def _first_guess(M: Tensor, guess: Any, generator: torch.Generator | None) -> Tensor:
    """A tensor of M's shape and dtype to start from."""
    if isinstance(guess, str):
        if guess == "zeros":
            return torch.zeros_like(M)
        if guess == "random":
            return torch.rand(M.shape, dtype=M.dtype, device=M.device, generator=generator)
        raise ValueError(f"guess={guess!r}: pass a tensor, 'zeros' or 'random'")
    guess = torch.as_tensor(guess)
    if guess.shape != M.shape or guess.dtype != M.dtype:
        raise ValueError(
            f"the guess is {guess.dtype} of shape {tuple(guess.shape)}; "
            f"M is {M.dtype} of shape {tuple(M.shape)}: pass a guess like M"
        )
    return guess.detach().to(M.device).clone(memory_format=torch.contiguous_format)
