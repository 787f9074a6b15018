"""What Cholesky and QR share: a step by the lower triangle of R, and Sun's bound."""

from __future__ import annotations

import torch
from torch import Tensor

from gdinverse.core.tensors import norm
from gdinverse.operations.relative import Relative


class Triangular(Relative):
    """A relative problem whose step is Φ(R), the lower triangle of R with half its diagonal.

    It turns the eigenvectors of R, so that no scalar map follows them, and a stretched step
    diverges. The first R decides the curve: `rates.triangular`.
    """

    power, deviation_ends = 2, True
    scalable = False

    def seen(self, v: Tensor) -> Tensor:
        """How long X makes v: what M maps to nothing, X does under another name."""
        return norm(self.X @ v) / norm(self.X).clamp(min=torch.finfo(torch.float64).tiny)

    def first_deviation(self, start: list[Tensor]) -> Tensor:
        """R at the start, in float64."""
        raise NotImplementedError


def factor_bound(g: Tensor) -> Tensor:
    """How far the Cholesky factor of I + G, for ‖G‖ ≤ g, is from I at most; inf from g = ½ on.

    Notes
    -----
    With C = I + K and C Cᵀ = I + G, K = Φ(G − K Kᵀ). As ‖Φ(A)‖ ≤ ‖A‖/√2 for a symmetric A,
    k = ‖K‖ has √2 k ≤ g + k²: it is below the smaller root of that, or above the larger one. The
    factors of I + tG lead from k = 0 to it without a jump, so

        k ≤ √2 g/(1 + √(1 − 2g)).

    References
    ----------
    Sun (1991), Perturbation bounds for the Cholesky and QR factorizations, theorem 1.1.
    """
    root = (1 - 2 * g).clamp(min=0).sqrt() * (1 - 2.0**-50)
    return torch.where(g < 0.5, 2**0.5 * (1 + 2.0**-50) * g / (1 + root), torch.inf)
