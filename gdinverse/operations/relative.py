"""Problems whose answer makes a product of two factors I, so that a step can be relative."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gdinverse import proof
from gdinverse.core.outcome import Outcome
from gdinverse.core.problem import Problem
from gdinverse.core.result import Status
from gdinverse.core.tensors import norm

SMALLEST = 2.0**-1022


class Relative(Problem):
    """With R = I − left · right, a relative step multiplies the unknowns by a function of R.

    A polynomial in R leaves the eigenvectors of left · right alone, so each eigenvalue f follows a
    scalar map, f ← f m(f)^p, and the whole run is known from the eigenvalues at its start. p is
    the `power`: how many of the two factors the unknown is.

    A subclass sets the buffer `M` and the parameter `X`, and defines `deviation`, `multiply`,
    `begin` and `spectrum`, and for its proof `correction`, from which bound and finish follow.
    """

    power = 1
    scalable = True  # whether a step may be stretched
    M: Tensor
    X: nn.Parameter

    def deviation(self) -> Tensor:
        """R = I − left · right, at the current unknowns; 0 at the answer."""
        raise NotImplementedError

    def residual(self) -> Tensor:
        return -self.deviation()

    def multiply(self, a: Tensor | float, T: Tensor) -> None:
        """Let the step in: the unknowns become (a I + T) times themselves."""
        raise NotImplementedError

    def begin(self) -> None:
        """Start where the eigenvalues of left · right are in (0, 1], unless a guess was chosen.

        By default the unknowns stand there already. Unknowns that are 0 count as not chosen: no
        product moves them.
        """

    def relative_look(self, R: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The losses, quick bound and rounding of the iterate that R belongs to."""
        losses = self.losses_of(R)
        return losses, *self.quick_bound(losses)

    @property
    def given(self) -> tuple[Tensor, ...]:
        return (self.M,)

    def seen(self, v: Tensor) -> Tensor:
        """How long the given matrix makes the unit vector v (..., n, 1), relative to its norm."""
        return norm(self.M @ v) / norm(self.M).clamp(min=SMALLEST)

    def correction(self, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        """A correction of the answer high + low, and a rigorous bound on the error before it.

        Both float64; `proof.refine` says what is asked, `proof.Ball` is made for the bound.
        """
        raise NotImplementedError

    def unknown(self) -> Tensor:
        """What `correction` corrects, detached; by default X as it is."""
        return self.X.detach()

    def value(self) -> Tensor:
        return self.unknown().clone()

    def to_answer(self) -> None:
        self.restore([self.exact().to(self.dtype)])

    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """No bound: a small R shows that some root of I is near, not which."""
        none = torch.full_like(losses, torch.inf).double()
        return none, torch.zeros_like(none)

    @torch.no_grad()
    def error_bound(self) -> Tensor:
        return proof.refine(self.correction, self.unknown(), self.dtype, passes=0)[1]

    @torch.no_grad()
    def finish(self) -> Tensor:
        value, bound = proof.refine(self.correction, self.unknown(), self.dtype)
        self.X.copy_(value)
        return bound

    def settle(self, outcome: Outcome) -> None:
        outcome.say(outcome.unproven, Status.undecided)

    def spectrum(self, start: list[Tensor], v: Tensor) -> tuple[Tensor, Tensor] | None:
        """The eigenvalues of left · right at a start, and v's squared coordinates in their basis.

        Both float64 of shape (..., n); None where a step would turn that basis.
        """
        return None

    def extent(self) -> Tensor | None:
        """The squared size of the answer along each eigenvector; None where all are alike."""
        return None
