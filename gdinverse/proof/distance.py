"""How near a matrix is to a singular one, shown by a vector that it maps to almost nothing."""

import torch
from torch import Tensor

from .error_free import SAFETY, SMALLEST_NORMAL, exponent, norm_down, norm_up, power_of_two
from .residual import doubled_residual


def image_bound(A: Tensor, v: Tensor) -> Tensor:
    """Bound ‖A v‖ / ‖v‖ from above: A is at most that far from a singular matrix.

    Parameters
    ----------
    A : Tensor of shape (..., m, n)
        float32 or float64.
    v : Tensor of shape (..., n, 1)
        The witness; its length does not matter.

    Returns
    -------
    Tensor of shape (...)
        float64; inf for a v that is zero or not finite.

    Notes
    -----
    A − A v vᵀ/vᵀv maps v to zero, and differs from A by ‖A v‖/‖v‖ in the 2-norm. A v is computed
    in doubled precision, because a good witness leaves nothing but rounding in a plain product.

    References
    ----------
    Eckart & Young (1936), The approximation of one matrix by another of lower rank.

    Examples
    --------
    >>> A = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    >>> bool(image_bound(A, torch.tensor([[1.0], [-2.0], [1.0]])) < 1e-28)
    True

    Explained in [How an answer proves itself](../theory/proof.py).
    """
    A, v = A.double(), v.double()
    e, f = exponent(A, (-2, -1)), exponent(v, (-2, -1))
    A, v = A * power_of_two(-e), v * power_of_two(-f)
    zero = torch.zeros((), dtype=torch.float64, device=A.device)
    image, low, slack = doubled_residual(zero, v.mT, A.mT)
    ratio = norm_up(image.abs() + low.abs() + slack) / norm_down(v) * SAFETY
    bound = ratio * power_of_two(e)[..., 0, 0] + SMALLEST_NORMAL
    return bound.nan_to_num(torch.inf, torch.inf)
