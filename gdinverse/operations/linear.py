"""Problems whose residual is linear in the unknown: loss, gradient and modes follow from a map."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from gdinverse.core.problem import Problem
from gdinverse.core.tensors import eye_like, norm, sound
from gdinverse.rates import Modes

LARGEST = 300  # numbers in the unknown, up to which the map itself is decomposed


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

    @torch.no_grad()
    def backward(self) -> Tensor:
        residual = self.residual()
        self.X.grad = self.adjoint(residual).mul_(2 / self.entries)
        return self.losses_of(residual)

    def to_answer(self) -> None:
        self.restore([self.exact().to(self.X.dtype)])

    def value(self) -> Tensor:
        return self.X.detach().clone()

    def modes(self, X: Tensor | None = None) -> Modes | None:
        """The error of X (by default the current) along the map's singular directions, float64.

        None where there are more than 300 unknowns: the map has as many singular directions.
        """
        X = self.X.detach() if X is None else X
        if X.shape[-2] * X.shape[-1] > LARGEST:
            return None
        singular_values, directions = self._singular_directions()
        answer = self.exact()
        error = (X.double() - answer).flatten(-2).unsqueeze(-1)
        weight = (directions @ error).squeeze(-1).square()
        return Modes(2 / self.entries * singular_values.square(), weight, norm(answer))

    def curvatures(self) -> Tensor:
        """The curvatures of all modes of all finite matrices, float64 of shape (k,)."""
        modes = self.modes()
        assert modes is not None
        return modes.curvature[self.finite()].flatten()

    def double_twin(self) -> LinearProblem:
        """A copy in float64."""
        return copy.deepcopy(self).double()

    def _singular_directions(self) -> tuple[Tensor, Tensor]:
        """Singular values (..., N) and right singular vectors (..., N, N) of the map itself."""
        rows, columns = self.X.shape[-2:]
        basis = eye_like(self.X, rows * columns)
        shape = (-1, *[1] * (self.X.dim() - 2), rows, columns)
        images = self.map(basis.reshape(shape)).double().flatten(-2).movedim(0, -1)
        _, values, directions = torch.linalg.svd(sound(images), full_matrices=False)
        return values, directions
