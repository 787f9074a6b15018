"""What no method that combines gradients can beat: conjugate gradients, mode by mode."""

from __future__ import annotations

import torch
from torch import Tensor

from gdinverse.rates.quadratic import Modes, Prediction, of_factors


def conjugate_gradient(modes: Modes, steps: int) -> Prediction:
    """The curve of conjugate gradients: the bound for every method that combines gradients.

    Whatever such a method does, its error in mode i is p(h) times that of the guess, with a
    polynomial p of degree k and p(0) = 1. Conjugate gradients take the p that makes the loss
    least, so no other has a smaller loss at step k.

    Parameters
    ----------
    modes : Modes
        Curvature and squared error of each mode at the guess.
    steps : int
        How many steps to predict; with m different curvatures, exact arithmetic needs m.

    Notes
    -----
    The recursion runs on one number per mode instead of a matrix.

    References
    ----------
    Hestenes & Stiefel (1952), §5; Nemirovski & Yudin (1983), Problem complexity and method
    efficiency in optimization, §7.2.

    Examples
    --------
    >>> import gdinverse as gd
    >>> curve = gd.rates.conjugate_gradient(gd.Inverse(gd.matrices.random_2020()).modes(), 4)
    >>> [f"{error:.3f}" for error in curve.error[:4]], bool(curve.error[4] < 1e-10)
    (['1.000', '0.991', '0.935', '0.655'], True)

    Explained in [Three rungs](../theory/ladder.py).
    """
    h, weight = modes.curvature, modes.weight
    error = torch.ones_like(h)
    R = -h * error  # the gradient in each mode, downhill
    P, square = R, (weight * R.square()).sum(-1, keepdim=True)
    errors = [error]
    for _ in range(steps):
        along = (weight * h * P.square()).sum(-1, keepdim=True)
        alpha = torch.where(along > 0, square / along, 0)
        error, R = error + alpha * P, R - alpha * h * P
        new = (weight * R.square()).sum(-1, keepdim=True)
        P, square = R + torch.where(square > 0, new / square, 0) * P, new
        errors.append(error)
    return of_factors(modes, torch.stack(errors))


def chebyshev(condition_number: float, steps: int) -> Tensor:
    """How far conjugate gradients are at most, where nothing but κ is known.

    Parameters
    ----------
    condition_number : float
        κ = σ₁/σₙ, the square root of the Hessian's.
    steps : int
        How many steps to bound.

    Returns
    -------
    float64 Tensor of shape (steps + 1,)
        √(loss_k / loss_0) is at most this, from any guess.

    Notes
    -----
    2/(cᵏ + c⁻ᵏ) with c = (κ + 1)/(κ − 1): the largest value on the spectrum of the Chebyshev
    polynomial that is 1 at 0. With more known of the spectrum, `conjugate_gradient` is sharper.

    References
    ----------
    Saad (2003), Iterative methods for sparse linear systems, §6.11.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.rates.chebyshev(3.0, 4)
    tensor([1.0000, 0.8000, 0.4706, 0.2462, 0.1245], dtype=torch.float64)
    """
    k = torch.arange(steps + 1, dtype=torch.float64)
    if condition_number == 1:
        return (k == 0).double()
    c = (condition_number + 1) / (condition_number - 1)
    return 2 / (c**k + c**-k)
