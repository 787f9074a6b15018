"""Problems whose residual is linear in the unknown: loss, gradient and modes follow from a map."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gdinverse import rates
from gdinverse.problems.problem import Problem


class LinearProblem(Problem):
    """The least-squares problem map(X) = target, with the mean of squared entries as loss.

    A subclass sets the buffer `target` and the parameter `X`, and defines `map` and `adjoint`.
    With N entries in the target of one matrix,

        loss = ‖map(X) − target‖² / N,        gradient = (2/N) adjoint(map(X) − target).
    """

    X: nn.Parameter
    target: Tensor

    def map(self, X: Tensor) -> Tensor:
        """The linear map, from the shape of X to the shape of the target."""
        raise NotImplementedError

    def adjoint(self, R: Tensor) -> Tensor:
        """Its transpose: ⟨map(X), R⟩ = ⟨X, adjoint(R)⟩."""
        raise NotImplementedError

    def map_norm(self) -> Tensor:
        """An upper bound on the norm of the map, shape (...)."""
        raise NotImplementedError

    @property
    def entries(self) -> int:
        """N, the number of entries that one matrix's loss is the mean of."""
        return self.target.shape[-2] * self.target.shape[-1]

    def residual(self) -> Tensor:
        """map(X) − target, at the current X."""
        return self.map(self.X) - self.target

    def forward(self) -> Tensor:
        return self.losses_of(self.residual())

    @torch.no_grad()
    def backward(self) -> Tensor:
        residual = self.residual()
        self.X.grad = self.adjoint(residual).mul_(2 / self.entries)
        return self.losses_of(residual)

    def losses_of(self, residual: Tensor) -> Tensor:
        """The losses that belong to a residual, of either sign."""
        return residual.square().mean(dim=(-2, -1))

    def to_answer(self) -> None:
        self.restore([self.exact().to(self.X.dtype)])

    def value(self) -> Tensor:
        return self.X.detach().clone()

    def modes(self, X: Tensor | None = None) -> rates.Modes:
        """The error of X (by default the current) along the map's singular directions, float64."""
        X = self.X.detach() if X is None else X
        singular_values, directions = self._singular_directions()
        answer = self.exact().double()
        error = (X.double() - answer).flatten(-2).unsqueeze(-1)
        weight = (directions @ error).squeeze(-1).square()
        return rates.Modes(2 / self.entries * singular_values.square(), weight, norm(answer))

    def _singular_directions(self) -> tuple[Tensor, Tensor]:
        """Singular values (..., N) and right singular vectors (..., N, N) of the map itself."""
        rows, columns = self.X.shape[-2:]
        basis = torch.eye(rows * columns, dtype=self.X.dtype, device=self.X.device)
        shape = (-1, *[1] * (self.X.dim() - 2), rows, columns)
        images = self.map(basis.reshape(shape)).double().flatten(-2).movedim(0, -1)
        _, values, directions = torch.linalg.svd(images, full_matrices=False)
        return values, directions


def norm(X: Tensor) -> Tensor:
    """The Frobenius norm of each matrix."""
    return torch.linalg.vector_norm(X, dim=(-2, -1))


def random_matrices(*shape: int) -> Tensor:
    """Well-conditioned random matrices, the same at every call: uniform entries and a diagonal."""
    generator = torch.Generator().manual_seed(0)
    return torch.rand(shape, generator=generator, dtype=torch.float64) + torch.eye(*shape[-2:])
