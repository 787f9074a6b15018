"""Gradient descent on the orthogonal group, each entry divided by its curvature."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse.core.methods import Informed
from gdinverse.core.problem import need
from gdinverse.core.tensors import eye_like, wide

LARGEST = 3.0  # how much one step may turn, as the largest row sum of angles
HALVINGS = 8


class OrthogonalGradient(Informed):
    """Descent on the rotation V of an `SVD` or `Eigh`, by angles instead of learning rates.

    Parameters
    ----------
    problem : SVD or Eigh
        The problem to solve, from wherever its V stands; V stays orthogonal.

    Notes
    -----
    With G = VᵀHV, the loss has the gradient G_ij (g_jj − g_ii) in the plane of columns i and j, up
    to a factor, and along that plane its curvature is known. Their quotient is the angle that
    makes G_ij zero (Jacobi),

        θ_ij = ½ atan2(2 G_ij, g_jj − g_ii), kept within ±π/4.

    All planes turn at once, which is why g_jj − g_ii is widened by half of what the other planes
    still do to columns i and j: between nearly equal values an angle would only follow their
    noise. Then, with K_ij = 2 tan(θ_ij/2),

        V ← V (I − aK/2)⁻¹(I + aK/2),   a = min(1, 3/‖K‖_∞),

    a rotation (Cayley). Where that does not bring G closer to diagonal, a is halved. A 2×2 matrix
    takes one step.

    References
    ----------
    Jacobi (1846). Edelman, Arias & Smith (1998), The geometry of algorithms with orthogonality
    constraints, §2, and Wen & Yin (2013), A feasible method for optimization with orthogonality
    constraints, for the Cayley step.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.SVD(gd.matrices.random_2020())
    >>> result = gd.minimize(problem, gd.OrthogonalGradient)
    >>> result.steps, result.value.S
    (tensor(5), tensor([2.0524, 0.6742, 0.2397, 0.1100], dtype=torch.float64))
    """

    def __init__(self, problem: Any, **options: Any) -> None:
        need(problem, self, "turned", "distance")
        if options:
            raise TypeError(f"OrthogonalGradient has no options, and got {', '.join(options)}")
        super().__init__(problem)
        with torch.no_grad():
            self.G = problem.turned(problem.V)
            self.distance = problem.distance(self.G)
        self._look()

    def look(self) -> tuple[Tensor, Tensor, Tensor]:
        losses = self.problem.losses_of(self.G)
        return losses, *self.problem.quick_bound(losses)

    @torch.no_grad()
    def advance(self) -> None:
        """Turn every plane by its angle, or less where that is too much at once."""
        V = self.problem.V
        K = 2 * torch.tan(angles(self.G) / 2)
        row = K.abs().sum(-1).amax(-1)
        a = torch.where(self.exhausted, 0, LARGEST / row.clamp(min=LARGEST))
        for _ in range(HALVINGS):
            trial = V @ cayley(wide(a) * K)
            G = self.problem.turned(trial)
            distance = self.problem.distance(G)
            nearer = distance < self.distance
            nearer |= self.problem.losses_of(G) < self.problem.losses_of(self.G)
            nearer |= self.exhausted
            if nearer.all():
                break
            a = torch.where(nearer, a, a / 2)
        self.exhausted = self.exhausted | ~nearer
        V.copy_(torch.where(wide(nearer), trial, V))
        self.G = torch.where(wide(nearer), G, self.G)
        self.distance = torch.where(nearer, distance, self.distance)
        self._look()

    def _look(self) -> None:
        """See where nothing but rounding is left off the diagonal."""
        n, eps = self.G.shape[-1], torch.finfo(self.G.dtype).eps
        self.exhausted = self.exhausted | (self.distance <= n * eps)


def angles(G: Tensor) -> Tensor:
    """The angle by which each plane is to turn, a skew-symmetric matrix."""
    diagonal, off = G.diagonal(dim1=-2, dim2=-1), off_diagonal(G)
    apart = diagonal.unsqueeze(-2) - diagonal.unsqueeze(-1)
    square = off.square()
    rows = square.sum(-1)
    others = (rows.unsqueeze(-1) + rows.unsqueeze(-2) - 2 * square).clamp(min=0).sqrt()
    sign = torch.where(apart < 0, -1, 1).to(G.dtype)
    theta = torch.atan2(2 * sign * off, apart.abs() + others / 2) / 2
    upper = theta.triu(1)
    return upper - upper.mT


def cayley(K: Tensor) -> Tensor:
    """The rotation (I − K/2)⁻¹(I + K/2) of a skew-symmetric K."""
    eye = eye_like(K)
    return torch.linalg.solve(eye - K / 2, eye + K / 2)


def off_diagonal(G: Tensor) -> Tensor:
    """G with zeros on its diagonal."""
    return G - torch.diag_embed(G.diagonal(dim1=-2, dim2=-1))
