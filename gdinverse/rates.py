"""What theory predicts of gradient descent on a quadratic loss: curves, step counts, limits.

Along each singular direction of the problem the error evolves alone, multiplied step by step
by a polynomial in lr · h, where h is the curvature of that mode. With α = lr and β = momentum,
in torch's convention (the buffer is not scaled by lr):

    descent    e⁺ = (1 − αh) e
    momentum   e⁺ = (1 + β − αh) e − β e⁻
    Nesterov   e⁺ = (1 + β)(1 − αh) e − β (1 − αh) e⁻

The first step has no e⁻: there the buffer is the gradient itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gdinverse.local_rates import adam_curvature as adam_curvature
from gdinverse.local_rates import hessian as hessian
from gdinverse.local_rates import local_curvature as local_curvature

Number = float | Tensor


@dataclass(frozen=True, eq=False)
class Modes:
    """The error of a guess, split into the modes of a quadratic loss.

    Attributes
    ----------
    curvature : float64 Tensor of shape (..., m)
        h, the eigenvalue of the loss's Hessian in each mode; for the inverse 2σ²/n².
    weight : float64 Tensor of shape (..., m)
        The squared error in each mode.
    answer_norm : float64 Tensor of shape (...)
        ‖answer‖, so that errors can be relative.
    floor : float64 Tensor of shape (...), or 0
        The loss at the answer, where that is not zero.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.Inverse(gd.matrices.diagonal_2020()).modes().curvature
    tensor([2.0000, 1.1250, 0.5000, 0.1250], dtype=torch.float64)
    """

    curvature: Tensor
    weight: Tensor
    answer_norm: Tensor
    floor: Tensor | float = 0.0


@dataclass(frozen=True, eq=False)
class Prediction:
    """What theory says of a run before it is run.

    Attributes
    ----------
    loss : float64 Tensor of shape (k + 1, ...)
        The predicted loss of each iterate, entry 0 the guess.
    error : float64 Tensor of shape (k + 1, ...)
        The predicted relative error of each iterate.
    steps : long Tensor of shape (...), or None
        The step at which the run will stop by its own rule; -1 where it will not within k
        steps, None where the rule looks at more than the loss.
    """

    loss: Tensor
    error: Tensor
    steps: Tensor | None = None

    def __getitem__(self, index: Any) -> Prediction:
        """The prediction for one matrix of a batch."""
        where = (slice(None), *(index if isinstance(index, tuple) else (index,)))
        steps = None if self.steps is None else self.steps[index]
        return Prediction(self.loss[where], self.error[where], steps)


def first_below(curve: Tensor, threshold: float) -> Tensor:
    """The first step at which a curve is below a threshold, -1 where it never is.

    Parameters
    ----------
    curve : Tensor of shape (k + 1, ...)
        One value per step.
    threshold : float
        The value to get below.

    Returns
    -------
    long Tensor of shape (...)

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.rates.first_below(torch.tensor([1.0, 0.1, 0.01]), 0.05)
    tensor(2)
    """
    return first(curve < threshold)


def first(hits: Tensor) -> Tensor:
    """The first step of each matrix at which something holds, -1 where it never does."""
    return torch.where(hits.any(0), hits.int().argmax(0), -1)


def predict(
    modes: Modes, steps: int, lr: Number, momentum: Number = 0.0, nesterov: bool = False
) -> Prediction:
    """The exact curve of loss and error, from the modes of the guess.

    Parameters
    ----------
    modes : Modes
        Curvature and squared error of each mode at the guess.
    steps : int
        How many steps to predict.
    lr, momentum : float, or Tensor of shape (..., 1)
        As in `torch.optim.SGD`; many at once give as many curves.
    nesterov : bool
        As in `torch.optim.SGD`.

    Notes
    -----
    loss_k = floor + ½ Σ h w p_k(h)² and error_k = (Σ w p_k(h)²)^½ / ‖answer‖, with p_k from the
    recursion at the top of this module.

    References
    ----------
    Polyak (1964), Some methods of speeding up the convergence of iteration methods, §2;
    Sutskever, Martens, Dahl & Hinton (2013), On the importance of initialization and momentum
    in deep learning, §2, for the Nesterov form that torch uses.

    Examples
    --------
    >>> import gdinverse as gd
    >>> problem = gd.Inverse(gd.matrices.random_2020(), guess=gd.matrices.random_2020())
    >>> curve = gd.rates.predict(problem.modes(), 1000, lr=0.9, momentum=0.9)
    >>> gd.rates.first_below(curve.error, 1e-6)
    tensor(865)

    Explained in [The curve, predicted](../series/2b-curve.py#the-curve-predicted).
    """
    return _prediction(modes, torch.stack(_factors(modes.curvature, steps, lr, momentum, nesterov)))


def _prediction(modes: Modes, factors: Tensor) -> Prediction:
    """The curve in which mode i has factors[k, i] of its error left after step k."""
    squares = factors.square()
    loss = modes.floor + (squares * (0.5 * modes.curvature * modes.weight)).sum(-1)
    return Prediction(loss, (squares * modes.weight).sum(-1).sqrt_() / modes.answer_norm)


def _factors(
    curvature: Tensor, steps: int, lr: Number, momentum: Number, nesterov: bool
) -> list[Tensor]:
    """p_0 … p_steps: what is left of each mode's error after each step."""
    stretch = lr * curvature
    forward, back = _recursion(stretch, momentum, nesterov)
    stretch = stretch.expand_as(forward)
    first = 1 - stretch * (1 + momentum if nesterov else 1)
    factors = [torch.ones_like(stretch), first]
    for _ in range(1, steps):
        factors.append(forward * factors[-1] - back * factors[-2])
    return factors[: steps + 1]


def _recursion(stretch: Tensor, momentum: Number, nesterov: bool) -> tuple[Tensor, Tensor]:
    """The two coefficients of e⁺ = forward · e − back · e⁻, with stretch = lr · h."""
    if nesterov:
        return (1 + momentum) * (1 - stretch), momentum * (1 - stretch)
    return 1 + momentum - stretch, momentum * torch.ones_like(stretch)


def rate(curvature: Tensor, lr: Number, momentum: Number = 0.0, nesterov: bool = False) -> Tensor:
    """ρ, the factor by which each mode's error shrinks per step, after the first bends.

    Parameters
    ----------
    curvature : Tensor of any shape
        h of each mode.
    lr, momentum : float, or Tensor that broadcasts with the curvature
        As in `torch.optim.SGD`.
    nesterov : bool
        As in `torch.optim.SGD`.

    Returns
    -------
    float64 Tensor of the broadcast shape
        The larger modulus of the roots of t² − forward · t + back; above 1 the mode diverges.

    Examples
    --------
    >>> import gdinverse as gd
    >>> h = gd.Inverse(gd.matrices.random_2020()).modes().curvature
    >>> gd.rates.rate(h, lr=0.9, momentum=0.9)
    tensor([0.9487, 0.9487, 0.9487, 0.9841], dtype=torch.float64)

    Explained in [Three of four modes are as fast](../series/2b-curve.py#the-window).
    """
    forward, back = _recursion(lr * curvature.double(), momentum, nesterov)
    half = forward.abs() / 2
    discriminant = half.square() - back
    return torch.where(
        discriminant >= 0, half + discriminant.clamp(min=0).sqrt(), back.clamp(min=0).sqrt()
    )


def steps_per_factor(rate: Any, factor: float = 10.0) -> Tensor:
    """How many steps a rate needs to shrink the error by a factor: ln factor / −ln ρ.

    Examples
    --------
    >>> import gdinverse as gd
    >>> f"{gd.rates.steps_per_factor(0.984079):.1f}"
    '143.5'
    """
    return math.log(factor) / -torch.as_tensor(rate, dtype=torch.float64).log()


def lr_limit(curvature: Tensor, momentum: float = 0.0, nesterov: bool = False) -> float:
    """The learning rate above which some mode grows.

    Parameters
    ----------
    curvature : Tensor
        h of every mode; only the largest matters.
    momentum, nesterov
        As in `torch.optim.SGD`.

    Notes
    -----
    2(1 + β)/h₁ for momentum, 2(1 + β)/((1 + 2β) h₁) for Nesterov: where a root of the recursion
    passes −1.

    Examples
    --------
    >>> import gdinverse as gd
    >>> h = gd.Inverse(gd.matrices.random_2020()).modes().curvature
    >>> f"{gd.rates.lr_limit(h, momentum=0.9):.4f}"
    '7.2166'

    Explained in [The edge](../series/2b-curve.py#the-edge).
    """
    limit = 2 * (1 + momentum) / float(curvature.max())
    return limit / (1 + 2 * momentum) if nesterov else limit


def window(momentum: float) -> tuple[float, float]:
    """The range of lr · h in which a mode shrinks by exactly √momentum per step.

    Notes
    -----
    (1 − √β)² ≤ αh ≤ (1 + √β)²: there the two roots are a complex pair of modulus √β.

    Examples
    --------
    >>> import gdinverse as gd
    >>> low, high = gd.rates.window(0.9)
    >>> f"{low:.6f} to {high:.3f}"
    '0.002633 to 3.797'
    """
    return (1 - math.sqrt(momentum)) ** 2, (1 + math.sqrt(momentum)) ** 2


@dataclass(frozen=True)
class Best:
    """The asymptotically best learning rate and momentum, and the rate they give."""

    lr: float
    momentum: float
    rate: float


def best(curvature: Tensor) -> Best:
    """The lr and momentum that minimize the rate of the slowest mode.

    Parameters
    ----------
    curvature : Tensor
        h of every mode, zeros left out of account; only the extremes matter.

    Notes
    -----
    α = 4/(√h₁ + √hₘ)², β = ((√h₁ − √hₘ)/(√h₁ + √hₘ))², ρ = √β. It lies close to the edge, and
    the slow modes have a double root, so that the error behaves like k ρᵏ: a little less lr
    is often faster to a given digit.

    References
    ----------
    Polyak (1964), §2.

    Examples
    --------
    >>> import gdinverse as gd
    >>> h = gd.Inverse(gd.matrices.random_2020()).modes().curvature
    >>> gd.rates.best(h)
    Best(lr=6.843..., momentum=0.806..., rate=0.898...)
    """
    high = math.sqrt(float(curvature.max()))
    low = math.sqrt(float(curvature[curvature > 1e-30 * curvature.max()].min()))
    rate = (high - low) / (high + low)
    return Best(4 / (high + low) ** 2, rate**2, rate)


def of_sgd(modes: Modes, optimizer: torch.optim.Optimizer, steps: int) -> Prediction | None:
    """The prediction for an optimizer of torch, or None where this module has no theory of it."""
    options = optimizer.defaults
    silent = ("dampening", "weight_decay", "maximize")
    if type(optimizer) is not torch.optim.SGD or any(options[name] for name in silent):
        return None
    return predict(modes, steps, options["lr"], options["momentum"], options["nesterov"])


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
    return _prediction(modes, torch.stack(errors))


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
    found = torch.as_tensor(scale, dtype=torch.float64)[..., None] * sigma.square()
    # Where little is found yet, 1 − found rounds to 1, and its logarithm to 0.
    logarithm = torch.where(found < 0.5, (-found).log1p(), (1 - found).abs().log())
    powers = torch.arange(steps + 1.0, dtype=torch.float64).exp2()
    errors = (powers.reshape(-1, *[1] * logarithm.dim()) * logarithm).exp()
    seen = sigma > 1e-15 * sigma.amax(-1, keepdim=True)
    errors = torch.where(seen, errors, 1.0)
    answer = torch.where(seen, 1 / sigma, 0.0)
    error = (errors * answer).square().sum(-1).sqrt() / answer.square().sum(-1).sqrt()
    return Prediction(errors.square().sum(-1) / sigma.shape[-1] ** 2, error)
