"""What theory predicts of gradient descent on a quadratic loss: curves, step counts, limits.

Along each singular direction of the problem the error evolves alone, multiplied step by step
by a polynomial in lr · h, where h is the curvature of that mode. With α = lr and β = momentum,
in torch's convention (the buffer is not scaled by lr):

    descent    e⁺ = (1 − αh) e
    momentum   e⁺ = (1 + β − αh) e − β e⁻
    Nesterov   e⁺ = (1 + β)(1 − αh) e − β (1 − αh) e⁻

The first step has no e⁻: there the buffer is the gradient itself. Dampening τ leaves that step
alone and takes (1 − τ) α for α afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

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
        steps, None where the rule looks at more than theory does.
    deviation : float64 Tensor of shape (k + 1, ...), or None
        For a relative step, ‖I − left · right‖ of each iterate.
    """

    loss: Tensor
    error: Tensor
    steps: Tensor | None = None
    deviation: Tensor | None = None

    def __getitem__(self, index: Any) -> Prediction:
        """The prediction for one matrix of a batch."""
        where = (slice(None), *(index if isinstance(index, tuple) else (index,)))
        steps = None if self.steps is None else self.steps[index]
        deviation = None if self.deviation is None else self.deviation[where]
        return Prediction(self.loss[where], self.error[where], steps, deviation)


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
    modes: Modes,
    steps: int,
    lr: Number,
    momentum: Number = 0.0,
    nesterov: bool = False,
    dampening: float = 0.0,
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
    nesterov, dampening
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
    h = modes.curvature
    return of_factors(modes, torch.stack(_factors(h, steps, lr, momentum, nesterov, dampening)))


def of_factors(modes: Modes, factors: Tensor) -> Prediction:
    """The curve in which mode i has factors[k, i] of its error left after step k."""
    squares = factors.square()
    loss = modes.floor + (squares * (0.5 * modes.curvature * modes.weight)).sum(-1)
    return Prediction(loss, (squares * modes.weight).sum(-1).sqrt_() / modes.answer_norm)


def _factors(
    curvature: Tensor,
    steps: int,
    lr: Number,
    momentum: Number,
    nesterov: bool,
    dampening: float,
) -> list[Tensor]:
    """p_0 … p_steps: what is left of each mode's error after each step."""
    stretch = lr * curvature
    forward, back = _recursion(stretch * (1 - dampening), momentum, nesterov)
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


def lr_limit(
    curvature: Tensor,
    momentum: float = 0.0,
    nesterov: bool = False,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
) -> float:
    """The learning rate above which some mode grows.

    Parameters
    ----------
    curvature : Tensor
        h of every mode; only the largest matters.
    momentum, nesterov, dampening, weight_decay
        As in `torch.optim.SGD`.

    Notes
    -----
    2(1 + β)/h₁ for momentum, 2(1 + β)/((1 + 2β) h₁) for Nesterov: where a root of the recursion
    passes −1. Dampening τ divides it by 1 − τ where there is momentum; decay adds itself to h₁.

    Examples
    --------
    >>> import gdinverse as gd
    >>> h = gd.Inverse(gd.matrices.random_2020()).modes().curvature
    >>> f"{gd.rates.lr_limit(h, momentum=0.9):.4f}"
    '7.2166'

    Explained in [The edge](../series/2b-curve.py#the-edge).
    """
    limit = 2 * (1 + momentum) / (float(curvature.max()) + weight_decay)
    limit = limit / (1 - dampening) if momentum else limit
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


def best(
    curvature: Tensor,
    momentum: float | None = None,
    nesterov: bool = False,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
) -> Best:
    """The lr, and the momentum where none is given, that minimize the rate of the slowest mode.

    Parameters
    ----------
    curvature : Tensor
        h of every mode, zeros left out of account; only the extremes matter.
    momentum : float, optional
        Keep this one, and choose the lr alone.
    nesterov, dampening, weight_decay
        As in `torch.optim.SGD`.

    Notes
    -----
    α = 4/(√h₁ + √hₘ)², β = ((√h₁ − √hₘ)/(√h₁ + √hₘ))², ρ = √β. It lies close to the edge, and
    the slow modes have a double root, so that the error behaves like k ρᵏ: a little less lr
    is often faster to a given digit. With a given β, α = 2(1 + β)/(h₁ + hₘ) gives both extremes
    one rate. For Nesterov, α = 4/(3h₁ + hₘ) and the β with a double root at hₘ, or with a given β
    the α at which both extremes have one rate.

    References
    ----------
    Polyak (1964), §2. Lessard, Recht & Packard (2016), Analysis and design of optimization
    algorithms via integral quadratic constraints, for Nesterov's on quadratics.

    Examples
    --------
    >>> import gdinverse as gd
    >>> h = gd.Inverse(gd.matrices.random_2020()).modes().curvature
    >>> gd.rates.best(h)
    Best(lr=6.843..., momentum=0.806..., rate=0.898...)
    """
    high = float(curvature.max()) + weight_decay
    low = float(curvature[curvature > 1e-30 * curvature.max()].min()) + weight_decay
    a, b = math.sqrt(high), math.sqrt(low)
    polyak = momentum is None and not nesterov
    if polyak:
        lr, momentum = 4 / (a + b) ** 2, ((a - b) / (a + b)) ** 2
    elif momentum is None:
        lr = 4 / (3 * high + low)
        momentum = (1 - math.sqrt(lr * low)) / (1 + math.sqrt(lr * low))
    elif nesterov:
        lr = _even(high, low, momentum)
    else:
        lr = 2 * (1 + momentum) / (high + low)
    h = torch.tensor([high, low], dtype=torch.float64, device="cpu")
    # At the double root of Polyak's pair half of the digits of a computed rate would be lost.
    slowest = math.sqrt(momentum) if polyak else float(rate(h, lr, momentum, nesterov).max())
    return Best(lr / (1 - dampening) if momentum else lr, momentum, slowest)


def _even(high: float, low: float, momentum: float) -> float:
    """The lr at which Nesterov's method is as fast in both extremes, by halving."""
    h = torch.tensor([high, low], dtype=torch.float64, device="cpu")
    left, right = 0.0, lr_limit(h, momentum, nesterov=True)
    for _ in range(60):
        lr = (left + right) / 2
        fast, slow = rate(h, lr, momentum, nesterov=True).tolist()
        left, right = (lr, right) if fast < slow else (left, lr)
    return left


def sgd_settings(optimizer: torch.optim.Optimizer) -> dict[str, Any] | None:
    """What torch's SGD runs with, or None for what `predict` has no theory of."""
    group = optimizer.param_groups[0]
    silent = len(optimizer.param_groups) > 1 or type(optimizer) is not torch.optim.SGD
    if silent or group["weight_decay"] or group["maximize"]:
        return None
    return {
        "lr": float(group["lr"]),
        "momentum": float(group["momentum"]),
        "nesterov": group["nesterov"],
        "dampening": float(group["dampening"]) if group["momentum"] else 0.0,
    }
