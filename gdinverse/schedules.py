"""Polynomials for relative steps, as data: Newton–Schulz, Muon's, and the best there are."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.polynomial import Polynomial
from torch import Tensor

ROUNDS = 12  # of exchanges, which converge quadratically: five reach the last digit
Coefficients = tuple[float, ...]


@dataclass(frozen=True)
class Schedule:
    """One polynomial a step: X ← X m(XᵀX), which takes a singular value σ to σ m(σ²).

    Attributes
    ----------
    coefficients : tuple of tuples of float
        For each step those of m: (a, b, c) stands for a σ + b σ³ + c σ⁵. After the last step, the
        last again. A step costs as many matrix products as m has coefficients.
    power : int
        2 as above, for problems whose unknown is in both factors, such as XᵀX = I. 1 for
        X ← m(X M) X, as in the inverse: an eigenvalue f of X M goes to f m(f).

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> schedule = gd.schedules.newton_schulz(3)
    >>> schedule.coefficients
    ((1.5, -0.5),)
    >>> schedule.trace(torch.tensor(0.5), 4)
    tensor([0.5000, 0.6875, 0.8688, 0.9753, 0.9991])

    Explained in [From Newton–Schulz to Muon](../theory/frontier.py).
    """

    coefficients: tuple[Coefficients, ...]
    power: int = 2

    def step(self, k: int) -> Coefficients:
        """The coefficients of step k, from 0, in powers of f = σ²."""
        return self.coefficients[min(k, len(self.coefficients) - 1)]

    def about_one(self, k: int) -> Coefficients:
        """The coefficients of step k in powers of r = 1 − f, which is 0 at the answer."""
        return _turned(self.step(k))

    def trace(self, sigma: Tensor, steps: int) -> Tensor:
        """Where the schedule takes singular values: the start and every step, (steps + 1, ...)."""
        seen = [sigma]
        for k in range(steps):
            x = seen[-1]
            seen.append(x * _horner(self.about_one(k), 1 - x**self.power))
        return torch.stack(seen)

    def moved(self, f: Tensor, r: Tensor, k: int) -> tuple[Tensor, Tensor]:
        """Where step k takes f and r = 1 − f; each keeps the digits that the other loses."""
        m, near = self.about_one(k), r.abs() < 0.5
        left = 1 - Polynomial([1.0, -1.0]) * Polynomial(m) ** self.power
        f, r = f * _horner(m, r) ** self.power, _horner(left.coef.tolist(), r)
        return torch.where(near, 1 - r, f), torch.where(near, r, 1 - f)

    def orthogonalize(self, X: Tensor, steps: int) -> Tensor:
        """X after so many steps, in its own dtype, with products in the order of torch's Muon.

        Parameters
        ----------
        X : Tensor of shape (m, n)
            Any floating dtype, bfloat16 included; with singular values of at most 1.
        steps : int
            How many.

        Raises
        ------
        ValueError
            For a schedule with another power than 2.

        Examples
        --------
        >>> import torch, gdinverse as gd
        >>> X = torch.tensor([[0.0, -0.6], [0.3, 0.0]])
        >>> gd.schedules.newton_schulz(5).orthogonalize(X, 4)
        tensor([[ 0.0000, -1.0000],
                [ 1.0000,  0.0000]])
        """
        if self.power != 2:
            raise ValueError(f"power={self.power}: only steps with power=2 orthogonalize")
        tall = X.shape[0] > X.shape[1]
        X = X.mT if tall else X
        for k in range(steps):
            a, *rest = self.step(k)
            G = X @ X.mT
            T = rest[-1] * G
            if len(rest) > 1:
                T = torch.addmm(G, G, G, beta=rest[-2], alpha=rest[-1])
            for c in rest[-3::-1]:
                T = torch.addmm(G, G, T, beta=c)
            X = torch.addmm(X, T, X, beta=a)
        return X.mT if tall else X


def newton_schulz(degree: int, power: int = 2) -> Schedule:
    """The polynomial that agrees with 1 the longest, at every step the same.

    Parameters
    ----------
    degree : int
        Of the polynomial in σ: 3, 5, 7, … for power 2; 2, 3, 4, … for power 1.
    power : int
        See `Schedule`.

    Raises
    ------
    ValueError
        For a degree that no step of that power has.

    Notes
    -----
    m is the series of f^(−1/power) around 1, cut after as many terms as there are products.

    References
    ----------
    Schulz (1933), Iterative Berechnung der reziproken Matrix. Björck & Bowie (1971), An iterative
    algorithm for computing the best estimate of an orthogonal matrix.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.schedules.newton_schulz(5).coefficients
    ((1.875, -1.25, 0.375),)
    >>> gd.schedules.newton_schulz(2, power=1).coefficients
    ((2.0, -1.0),)
    """
    return Schedule((_limit(_terms(degree, power), power),), power)


def muon() -> Schedule:
    """The quintic of the optimizer Muon, whose slope at 0 is large and whose end is not 1.

    References
    ----------
    Jordan et al. (2024), Muon: an optimizer for hidden layers in neural networks.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> gd.schedules.muon().trace(torch.tensor([1e-3, 0.1, 1.0]), 5)[-1]
    tensor([0.4705, 0.7121, 0.6964])
    """
    return Schedule(((3.4445, -4.7750, 2.0315),))


def minimax(
    lower: float,
    steps: int | None = None,
    degree: int = 5,
    *,
    power: int = 2,
    cushion: float = 0.0,
    margin: float = 0.0,
) -> Schedule:
    """In each step the polynomial whose largest error is least, on where the last one left σ.

    Parameters
    ----------
    lower : float
        All singular values are in [lower, 1]; for power 1, all eigenvalues.
    steps : int, optional
        How many at most; it ends with Newton–Schulz once that is as good.
    degree, power : int
        As in `newton_schulz`.
    cushion : float
        Take no interval for wider than this ratio of its ends, and center the outcome on 1.
    margin : float
        Divide by 1 + margin before every step but a closing Newton–Schulz one, so that rounding
        cannot carry a singular value out of the interval.

    Raises
    ------
    ValueError
        For a lower end outside (0, 1), or a degree that no step of that power has.

    Notes
    -----
    The error of the best polynomial with n coefficients touches its bound n + 1 times with
    alternating signs (Chebyshev), and the exchange of Remez finds it. Its image is
    [1 − E, 1 + E], for which the next one is best; no composition of polynomials of these degrees
    has a smaller error on [lower, 1].

    References
    ----------
    Amsel et al. (2025), The Polar Express: optimal matrix sign methods and their application to
    the Muon algorithm.

    Examples
    --------
    >>> import gdinverse as gd
    >>> for step in gd.schedules.minimax(1e-3, 2).coefficients:
    ...     print(*(f"{c:.4f}" for c in step))
    8.4703 -25.1081 18.6293
    4.1828 -3.1087 0.5806
    """
    if not (0 < lower < 1 and 0 <= cushion < 1):
        raise ValueError(f"lower={lower} and cushion={cushion} must be in (0, 1) and in [0, 1)")
    greedy = _greedy(lower, _terms(degree, power), power, cushion, 1 + margin)
    return Schedule(tuple(islice(greedy, steps)), power)


def _greedy(
    low: float, n: int, power: int, cushion: float, divisor: float
) -> Iterator[Coefficients]:
    """The best polynomial on [low, 1], the best one on its image, … and Newton–Schulz."""
    high = 1.0
    while (high - low) ** n > sys.float_info.epsilon:
        m, error = best(max(low, cushion * high), high, n, power)
        image = low * _horner(m, 1 - low**power)  # below 1 − E where the cushion is above low
        center = (image + 1 + error) / 2
        in_f = enumerate(_turned(m))
        yield tuple(c / center / divisor ** (1 + power * j) for j, c in in_f)
        low = image / center
        high = 2 - low
    yield _limit(n, power)


def best(low: float, high: float, n: int, power: int = 2) -> tuple[Coefficients, float]:
    """The m with n coefficients for which x m(x^power) is nearest to 1 on [low, high].

    Parameters
    ----------
    low, high : float
        The interval, 0 < low < high.
    n : int
        How many coefficients, two or more.
    power : int
        See `Schedule`.

    Returns
    -------
    tuple
        The coefficients in powers of 1 − x^power, and the largest error E.

    Notes
    -----
    Where the error is as large as on n + 1 points, with alternating signs, is solved for; the
    extremes of what comes out are the next points, until they stay.

    Examples
    --------
    Degree 3 on [0.5, 1]: the error is the same at both ends, and between them the other way.

    >>> import gdinverse as gd
    >>> m, E = gd.schedules.best(0.5, 1.0, 2)
    >>> print(f"{0.5 * (m[0] + 0.75 * m[1]):.4f}, {m[0]:.4f}, {1 - E:.4f}")
    0.9140, 0.9140, 0.9140
    """
    k = np.arange(n + 1)
    x = (low + high) / 2 - (high - low) / 2 * np.cos(np.pi * k / n)
    for _ in range(ROUNDS):
        r = 1 - x**power
        columns = np.column_stack([x * r**j for j in range(n)] + [(-1.0) ** k])
        size = np.abs(columns).max(0)
        m = np.linalg.solve(columns / size, np.ones(n + 1)) / size
        inside = _extremes(Polynomial(m[:n]), power).clip(low**power, high**power)
        x = np.array([low, *sorted(inside ** (1 / power)), high])
    return tuple(m[:n].tolist()), abs(float(m[n]))


def _extremes(m: Polynomial, power: int) -> Any:
    """The f at which x m has no slope, with m in powers of 1 − f and f = x^power."""
    return 1 - (m - power * Polynomial([1.0, -1.0]) * m.deriv()).roots().real


def _terms(degree: int, power: int) -> int:
    """How many coefficients a polynomial x m(x^power) of that degree has."""
    if degree <= power or (degree - 1) % power:
        known = ", ".join(str(1 + power * j) for j in (1, 2, 3))
        raise ValueError(f"degree={degree}: with power={power} there are {known}, …")
    return 1 + (degree - 1) // power


def _limit(n: int, power: int) -> Coefficients:
    """The first n terms of (1 − r)^(−1/power), in powers of f = 1 − r."""
    return _turned(tuple(math.prod((1 / power + i) / (i + 1) for i in range(j)) for j in range(n)))


@cache
def _turned(m: Coefficients) -> Coefficients:
    """Coefficients in powers of 1 − f from those in powers of f, and the other way round."""
    return tuple(float(c) for c in Polynomial(m)(Polynomial([1.0, -1.0])).coef)


def _horner(m: Any, x: Any) -> Any:
    value = 0 * x + m[-1]
    for c in m[-2::-1]:
        value = c + x * value
    return value
