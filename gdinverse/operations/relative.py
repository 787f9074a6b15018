"""Problems whose answer makes a product of two factors I, so that a step can be relative."""

from __future__ import annotations

import torch
from torch import Tensor

from gdinverse.core.problem import Problem


class Relative(Problem):
    """With R = I − left · right, a relative step multiplies the unknowns by a function of R.

    A polynomial in R leaves the eigenvectors of left · right alone, so each eigenvalue f follows a
    scalar map, f ← f m(f)^p, and the whole run is known from the eigenvalues at its start.

    A subclass defines `deviation`, `multiply`, `begin` and `spectrum`.
    """

    def deviation(self) -> Tensor:
        """R = I − left · right, at the current unknowns; 0 at the answer."""
        raise NotImplementedError

    def multiply(self, a: Tensor | float, T: Tensor) -> None:
        """Let the step in: the unknowns become (a I + T) times themselves."""
        raise NotImplementedError

    def begin(self) -> None:
        """Start where the eigenvalues of left · right are in (0, 1], unless a guess was chosen.

        Unknowns that are 0 count as not chosen: no product moves them.
        """
        raise NotImplementedError

    def relative_look(self, R: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The losses, quick bound and rounding of the iterate that R belongs to."""
        losses = self.losses_of(R)
        return losses, *self.quick_bound(losses)

    def seen(self, v: Tensor) -> Tensor:
        """How much of the unit vector v (..., n, 1) the given matrix leaves, relative to its norm."""
        return torch.ones(v.shape[:-2], dtype=v.dtype, device=v.device)

    def spectrum(self, start: list[Tensor], v: Tensor) -> tuple[Tensor, Tensor] | None:
        """The eigenvalues of left · right at a start, and the squared coordinates of v in their
        basis, both float64 of shape (..., n); None where a step would turn that basis.
        """
        return None
