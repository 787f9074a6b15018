"""The relative gradient, whose steps move the eigenvalues of left · right one by one."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gdinverse.rates.quadratic import Modes, Prediction, of_factors
from gdinverse.schedules import Schedule


def newton_schulz(sigma: Tensor, scale: Any, steps: int) -> Prediction:
    """The curve of the plain relative gradient from X = scale · Mᵀ.

    Parameters
    ----------
    sigma : Tensor of shape (..., n)
        The singular values of M. Where one is 0, the error is the distance to the pseudo-inverse.
    scale : float or Tensor of shape (...)
        The factor of Mᵀ in the guess.
    steps : int
        How many steps to predict.

    Notes
    -----
    I − X M is squared by each step, so mode i has left (1 − scale σ²)^(2ᵏ): it idles for about
    log₂(1/(scale σₙ²)) steps, and then its digits double.

    References
    ----------
    Schulz (1933), Iterative Berechnung der reziproken Matrix.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> curve = gd.rates.newton_schulz(torch.tensor([1.0, 0.5]), 1.0, 5)
    >>> [f"{error:.1e}" for error in curve.error]
    ['6.7e-01', '5.0e-01', '2.8e-01', '9.0e-02', '9.0e-03', '9.0e-05']
    """
    sigma = sigma.double()
    scale = torch.as_tensor(scale, dtype=torch.float64, device=sigma.device)
    found = scale[..., None] * sigma.square()
    # Where little is found yet, 1 − found rounds to 1, and its logarithm to 0.
    logarithm = torch.where(found < 0.5, (-found).log1p(), (1 - found).abs().log())
    powers = torch.arange(steps + 1.0, dtype=torch.float64, device=sigma.device).exp2()
    errors = (powers.reshape(-1, *[1] * logarithm.dim()) * logarithm).exp()
    seen = sigma > 1e-15 * sigma.amax(-1, keepdim=True)
    errors = torch.where(seen, errors, 1.0)
    answer = torch.where(seen, 1 / sigma, 0.0)
    error = (errors * answer).square().sum(-1).sqrt() / answer.square().sum(-1).sqrt()
    return Prediction(errors.square().sum(-1) / sigma.shape[-1] ** 2, error)


def relative(
    modes: Modes | None,
    f: Tensor,
    w: Tensor,
    steps: int,
    safe: tuple[float, float] | None = None,
    power: int = 1,
    extent: Tensor | None = None,
    schedule: Schedule | None = None,
) -> Prediction:
    """The curve of the relative gradient, plain, scaled or by a schedule.

    Parameters
    ----------
    modes : Modes, or None
        Of the guess, where the loss is quadratic. Else the loss is the mean square of I − left ·
        right, and the error that of f^(1/power) from 1.
    f : float64 Tensor of shape (..., n)
        The eigenvalues of X M at the guess, in (0, 1].
    w : float64 Tensor of shape (..., n)
        The squared coordinates of the carried vector in their eigenbasis; plain steps carry none.
    steps : int
        How many steps to predict.
    safe : tuple, optional
        The range in which a scaled step keeps its estimate l; None for plain steps.
    power : int
        1 for X ← X + (I − X M) X; 2 where the unknown is in both factors, X ← X + X (I − XᵀX)/2.
    extent : Tensor of shape (..., n), optional
        The squared size of the answer along each eigenvector, where they differ.
    schedule : Schedule, optional
        Polynomials in place of the plain step.

    Notes
    -----
    With r = 1 − f and q = 1 − s + s r, a step by s maps f ← s f (2 − s f), so r ← q²; with power 2,
    f ← s f (3 − s f)²/4, so r ← q² (3 + q)/4. Plain is s = 1. The
    carried vector becomes R v/‖R v‖, l = Σ f w, and s = 2/(1 + l). Both f and r are followed,
    because each loses its digits where the other is near 0.

    References
    ----------
    Schulz (1933). Pan & Schreiber (1991), An improved Newton iteration for the generalized inverse
    of a matrix, with applications, for scaled steps.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.Inverse(gd.matrices.random_2020(), guess="transpose")
    >>> result = gd.minimize(problem, gd.RelativeGradient, tolerance=1e-6)
    >>> result.steps == result.prediction.steps
    tensor(True)

    Explained in [Three rungs](../theory/ladder.py).
    """
    r = first = 1 - f
    factors, sizes, roots = [torch.ones_like(r)], [r.square().sum(-1).sqrt()], [f]
    for k in range(steps):
        s: Any = 1.0
        if safe is not None:
            w = w * r.square()
            w = w / w.sum(-1, keepdim=True).clamp(min=torch.finfo(w.dtype).tiny)
            s = stretch((f * w).sum(-1, keepdim=True).clamp(*safe), power)
        f, r = schedule.moved(f, r, k) if schedule else _stretched(f, r, s, power)
        factors.append(torch.where(first == 0, 0, r / first))
        sizes.append(r.square().sum(-1).sqrt())
        roots.append(f)
    deviation = torch.stack(sizes)
    if modes is None:
        w = torch.ones_like(f) if extent is None else extent
        off = (torch.stack(roots).pow(1 / power) - 1).square()
        error = ((w * off).sum(-1) / w.sum(-1)).sqrt()
        return Prediction(deviation.square() / f.shape[-1] ** 2, error, deviation=deviation)
    curve = of_factors(modes, torch.stack(factors))
    return Prediction(curve.loss, curve.error, deviation=deviation)


def triangular(R: Tensor, steps: int) -> Prediction:
    """The curve of a relative step by the lower triangle of R, which turns the eigenvectors.

    Parameters
    ----------
    R : float64 Tensor of shape (..., n, n)
        I − Z S Zᵀ at the start, symmetric.
    steps : int
        How many steps to predict.

    Notes
    -----
    With R = Φ + Φᵀ, Φ lower triangular, the step Z ← (I + Φ) Z sends R to
    Φ R + R Φᵀ + Φ R Φᵀ − Φ Φᵀ: the first R decides all others, and no digit of a small one is
    lost. What becomes of the error depends on more than R.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> curve = gd.rates.triangular(torch.tensor([[0.5, 0.2], [0.2, 0.3]]), 4)
    >>> [f"{size:.1e}" for size in curve.deviation]
    ['6.5e-01', '3.5e-01', '9.9e-02', '7.2e-03', '3.7e-05']
    """
    R = R.double()
    sizes = [torch.linalg.matrix_norm(R)]
    for _ in range(steps):
        P = lower_half(R)
        R = P @ R + R @ P.mT + P @ R @ P.mT - P @ P.mT
        sizes.append(torch.linalg.matrix_norm(R))
    deviation = torch.stack(sizes)
    nothing = torch.full_like(deviation, torch.nan)
    return Prediction(deviation.square() / R.shape[-1] ** 2, nothing, deviation=deviation)


def lower_half(R: Tensor) -> Tensor:
    """The lower triangle with half the diagonal: Φ with Φ + Φᵀ = R for a symmetric R.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.rates.lower_half(torch.tensor([[2.0, 3.0], [3.0, 4.0]]))
    tensor([[1., 0.],
            [3., 2.]])
    """
    return (R.tril() + R.tril(-1)) / 2


def _stretched(f: Tensor, r: Tensor, s: Any, power: int) -> tuple[Tensor, Tensor]:
    """Where a step by s takes f and r = 1 − f."""
    early, q, m = f < 0.5, 1 - s + s * r, power + 1 - s * f
    f = s * f * m if power == 1 else s * f * (m / 2).square()
    late = q.square() if power == 1 else q.square() * (3 + q) / 4
    return f, torch.where(early, 1 - f, late)


def stretch(least: Tensor, power: int) -> Tensor:
    """The s that sends an eigenvalue `least` and 1 to the same place.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.rates.stretch(torch.tensor([1.0, 0.0]), 1), gd.rates.stretch(torch.tensor([1.0, 0.0]), 2)
    (tensor([1., 2.]), tensor([1., 3.]))
    """
    return 2 / (1 + least) if power == 1 else 3 / (1 + least.sqrt() + least)


def coefficients(s: Any, power: int) -> tuple[Any, Any]:
    """The a and b for which a step by s multiplies the unknown by a I + b R.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.rates.coefficients(1.0, 1), gd.rates.coefficients(1.0, 2)
    ((1.0, 1.0), (1.0, 0.5))
    """
    return (s * (2 - s), s * s) if power == 1 else (s**0.5 * (3 - s) / 2, s**1.5 / 2)
